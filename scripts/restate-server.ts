/**
 * Provides the real Restate server, for tests and comparisons only.
 *
 * The server is a 225 MB binary that only these need, so it is no dependency of the repository: the first caller installs
 * the pinned package into `.cache/` with npm, everyone after that gets the path at once. The package is published under
 * the Business Source License; nothing of it is part of Holdfast.
 *
 *     node scripts/restate-server.ts        # prints the path of the binary
 */
import { spawn } from 'node:child_process';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The version that every comparison in this repository is made with. */
export const restateServerVersion = '1.7.12';

const cacheFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '.cache');
const installFolder = join(cacheFolder, `restate-server-${restateServerVersion}`);
const lockFolder = `${installFolder}.lock`;

// A download of 70 MB on a slow line; beyond this something is broken and waiting longer will not mend it.
const installTimeoutMs = 600_000;
const lockPollMs = 200;

/**
 * Returns the absolute path of the Restate server's binary and installs it first if it is not there.
 *
 * Concurrent callers, also in other processes, wait for the one that installs. Throws when npm cannot install the package
 * or has no binary for this platform.
 */
export async function restateServerBinary(): Promise<string> {
  const binary = join(installFolder, binaryPath());
  if (await exists(binary)) return binary;

  await withInstallLock(async () => {
    if (await exists(binary)) return;
    await install();
    if (!(await exists(binary))) {
      throw new Error(
        `npm installed @restatedev/restate-server ${restateServerVersion}, but ${binary} is not there. ` +
          `Restate publishes binaries for linux and darwin on x64 and arm64; this is ${process.platform}-${process.arch}.`,
      );
    }
  });
  return binary;
}

function binaryPath(): string {
  return `node_modules/@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`;
}

/** Installs beside the final folder and renames, so that a killed installation never looks complete. */
async function install(): Promise<void> {
  const draft = `${installFolder}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await writeFile(join(draft, 'package.json'), '{"private":true}\n');
  await runNpm(draft, [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--workspaces=false',
    `@restatedev/restate-server@${restateServerVersion}`,
  ]);
  await rm(installFolder, { recursive: true, force: true });
  await rename(draft, installFolder);
}

function runNpm(folder: string, args: readonly string[]): Promise<void> {
  // Under `npm run` the running npm names its own script; it is the one that certainly works here.
  const npmScript = process.env['npm_execpath'];
  const [command, prefix] =
    npmScript?.endsWith('.js') === true
      ? [process.execPath, [npmScript]]
      : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  // npm tells its children about its own workspace root by environment; this installation has nothing to do with it.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_config_local_prefix')),
  );

  return new Promise((resolve, reject) => {
    const child = spawn(command, [...prefix, ...args], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: installTimeoutMs,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`npm could not install the Restate server (exit ${code ?? signal}):\n${output}`));
    });
  });
}

/** Holds a lock folder, whose creation is atomic, while `action` runs. A lock whose owner is dead is taken over. */
async function withInstallLock(action: () => Promise<void>): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  const deadline = Date.now() + installTimeoutMs;
  while (!(await tryLock())) {
    if (Date.now() > deadline) {
      throw new Error(
        `Another process holds ${lockFolder} for more than ${installTimeoutMs / 1000} s. Remove it if none is installing.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, lockPollMs));
  }
  try {
    await action();
  } finally {
    await rm(lockFolder, { recursive: true, force: true });
  }
}

async function tryLock(): Promise<boolean> {
  const ownerFile = join(lockFolder, 'owner');
  try {
    await mkdir(lockFolder);
    await writeFile(ownerFile, String(process.pid));
    return true;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
  }
  // An empty owner means that the other process is between its two calls; it is given the time to finish.
  const owner = Number(await readFile(ownerFile, 'utf8').catch(() => ''));
  if (owner > 0 && !isAlive(owner)) await rm(lockFolder, { recursive: true, force: true });
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(await restateServerBinary());
}
