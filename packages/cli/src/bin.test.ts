import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder: string;

/** The program as it is installed, beside a build that only says which Node.js runs it and with what. */
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-bin-')));
  await mkdir(join(folder, 'package/bin'), { recursive: true });
  await mkdir(join(folder, 'package/dist'));
  await copyFile(
    fileURLToPath(new URL('../bin/holdfast.js', import.meta.url)),
    join(folder, 'package/bin/holdfast.js'),
  );
  await writeFile(join(folder, 'package/package.json'), '{"type":"module"}');
  await writeFile(
    join(folder, 'package/dist/main.js'),
    `export async function main() {
      const waits = process.argv[2] === 'wait';
      if (waits) process.once('SIGTERM', () => process.exit(7));
      if (waits) setInterval(() => {}, 1000);
      else process.exitCode = 5;
      console.log(process.versions.node, ...process.argv.slice(2));
    }`,
  );
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

// Read before anything of the program, as if this were the version of Node.js.
const oldVersion = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})";

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly notes: string;
}

/** Runs the program; `onOutput` is called with the process at its first output. */
function run(
  options: { readonly old: boolean; readonly args: readonly string[] },
  onOutput: (pid: number) => void = () => undefined,
): Promise<Ended> {
  const imports = options.old ? ['--import', oldVersion] : [];
  const child = spawn(process.execPath, [...imports, join(folder, 'package/bin/holdfast.js'), ...options.args]);
  let [output, notes] = ['', ''];
  child.stdout.once('data', () => onOutput(child.pid ?? 0));
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (notes += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output, notes })));
}

async function installNode(): Promise<void> {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const bin = join(folder, 'node_modules', `node-${system}-${process.arch}`, 'bin');
  await mkdir(bin, { recursive: true });
  await symlink(process.execPath, join(bin, process.platform === 'win32' ? 'node.exe' : 'node'));
}

test('a suitable Node.js runs the program itself', async () => {
  expect(await run({ old: false, args: ['a', 'b c'] })).toEqual({
    code: 5,
    output: `${process.versions.node} a b c\n`,
    notes: '',
  });
});

test('an older Node.js hands over to the one that a checkout has as a package', async () => {
  await installNode();

  expect(await run({ old: true, args: ['a', 'b c'] })).toEqual({
    code: 5,
    output: `${process.versions.node} a b c\n`,
    notes: '',
  });
});

test('who hands over passes SIGTERM on and ends as the other ends', async () => {
  await installNode();

  const ended = await run({ old: true, args: ['wait'] }, (pid) => process.kill(pid, 'SIGTERM'));

  expect(ended.code).toBe(7);
});

test('an older Node.js alone says what is needed', async () => {
  expect(await run({ old: true, args: [] })).toEqual({
    code: 1,
    output: '',
    notes: [
      'holdfast needs Node.js 24 or newer; this is 20.20.2.',
      'Install it from https://nodejs.org, or run: npx --package node@24 --package holdfast holdfast',
      '[NODE_TOO_OLD]\n',
    ].join('\n'),
  });
});
