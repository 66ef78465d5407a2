import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { listFiles, repositoryFolder } from '../repository.ts';

export interface CommandOutcome {
  /** `null` when it was stopped. */
  readonly code: number | null;
  readonly output: string;
}

// Enough to see why a command failed.
const outputCharactersMax = 100_000;

/**
 * A copy of the repository as it stands, in a temporary folder, where the source may be changed. It shares the installed packages; only the
 * repository's own are those of the copy.
 */
export class RepositoryCopy {
  readonly folder: string;
  #groups = new Set<number>();

  private constructor(folder: string) {
    this.folder = folder;
    mkdirSync(this.#temporaryFolder);
  }

  /** Of the tests: what they leave behind when they are stopped goes with the copy. */
  get #temporaryFolder(): string {
    return join(this.folder, 'temporary');
  }

  static make(): RepositoryCopy {
    // Where the real path differs, imports of one file by two names would be two modules.
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-protections-')));
    for (const file of listFiles()) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      cpSync(join(repositoryFolder, file), join(folder, file));
    }
    linkPackages(join(repositoryFolder, 'node_modules'), join(folder, 'node_modules'), folder);
    return new RepositoryCopy(folder);
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** Runs a program of Node in the copy, with all that it starts in a group of its own, and ends the group with it. */
  async run(args: readonly string[], timeoutMs: number): Promise<CommandOutcome> {
    // A retry would try a test that must fail twice.
    const { CI: _ci, ...env } = process.env;
    const child = spawn(process.execPath, [...args], {
      cwd: this.folder,
      detached: true,
      env: { ...env, TMPDIR: this.#temporaryFolder, NO_COLOR: '1', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { pid } = child;
    if (pid === undefined) throw new Error(`${args.join(' ')} could not be started.`);
    this.#groups.add(pid);
    let output = '';
    const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-outputCharactersMax));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timer = setTimeout(() => endGroup(pid), timeoutMs);
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    clearTimeout(timer);
    endGroup(pid);
    this.#groups.delete(pid);
    return { code, output };
  }

  /** Ends what still runs in it, and removes it. */
  remove(): void {
    for (const pid of this.#groups) endGroup(pid);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** Links what is installed; a package that is a folder of the repository becomes the same folder of the copy. */
function linkPackages(from: string, to: string, copy: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const source = join(from, name);
    if (name.startsWith('@')) {
      linkPackages(source, join(to, name), copy);
      continue;
    }
    const real = realpathSync(source);
    const isOwn = !real.startsWith(join(repositoryFolder, 'node_modules'));
    symlinkSync(isOwn ? join(copy, relative(repositoryFolder, real)) : real, join(to, name));
  }
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ESRCH') throw error;
  }
}
