/**
 * What people install: the packed packages, in an empty folder, with install scripts blocked as npm does by default; and the checkout
 * itself after `npm ci`.
 */
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { startLocalProcess } from '@holdfast/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from './harness/run-command.ts';

const repository = join(import.meta.dirname, '../..');
const publishable = ['protocol', 'sdk', 'runtime', 'testing', 'cli'];
const installTimeoutMs = 180_000;
const nodeModulesBytesMax = 400 * 1024 * 1024;

let folder = '';
let app = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-packages-'));
  app = join(folder, 'app');
  await mkdir(app);
  await writeFile(join(app, 'package.json'), '{ "private": true }\n');
  const packed = await runCommand(
    'npm',
    ['pack', '--pack-destination', folder, ...publishable.flatMap((name) => ['-w', `packages/${name}`])],
    { folder: repository },
  );
  expect(packed.exitCode, packed.output).toBe(0);
  const archives = (await readdir(folder)).filter((name) => name.endsWith('.tgz')).map((name) => join(folder, name));
  expect(archives).toHaveLength(publishable.length);
  const installed = await runCommand('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...archives], {
    folder: app,
    timeoutMs: installTimeoutMs,
  });
  expect(installed.exitCode, installed.output).toBe(0);
}, installTimeoutMs);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the installed command knows its version', async () => {
  const { version } = JSON.parse(await readFile(join(repository, 'packages/cli/package.json'), 'utf8')) as {
    readonly version: string; // npm does not pack without it
  };

  const run = await runCommand('npx', ['holdfast', '--version'], { folder: app });

  expect(run).toMatchObject({ exitCode: 0, stdout: `${version}\n` });
});

test('the installed runtime starts healthy and stops in order when it is asked to', async () => {
  await using runtime = await startLocalProcess({
    name: 'holdfast up',
    command: join(app, 'node_modules/.bin/holdfast'),
    args: ['up', '--data', join(folder, 'data'), '--ingress-port', '0', '--admin-port', '0'],
    folder: app,
  });
  const [, adminUrl = ''] = await runtime.waitForLine(/operators\s+(http:\S+)/);
  const [, ingressUrl = ''] = await runtime.waitForLine(/callers\s+(http:\S+)/);

  const health = await Promise.all([fetch(`${adminUrl}/health`), fetch(`${ingressUrl}/restate/health`)]);
  const listed = await runCommand(
    'npx',
    ['--no', 'holdfast', 'deployments', 'list', '--json', '--admin-url', adminUrl],
    {
      folder: app,
    },
  );
  const asked = await fetch(`${adminUrl}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: 'select count(*) as invocations from sys_invocation' }),
  });
  await runtime.kill('SIGTERM');

  expect(health.map((answer) => answer.status)).toEqual([200, 200]);
  expect(listed.exitCode, listed.output).toBe(0);
  // The child process that answers queries is found in the installed package too.
  expect(await asked.json()).toMatchObject({ rows: [{ invocations: 0 }] });
  expect(await runtime.exited).toEqual({ code: 0, signal: null });
});

const entries = ['protocol', 'protocol/wire', 'sdk', 'sdk/node', 'sdk/fetch', 'sdk/lambda', 'runtime', 'testing'];

test.each(entries.map((entry) => `@holdfast/${entry}`))('%s can be imported by a program', async (name) => {
  const program = `const found = await import('${name}'); console.log(Object.keys(found).length > 0)`;

  const run = await runCommand(process.execPath, ['--input-type=module', '--eval', program], { folder: app });

  expect(run.output).toBe('true\n');
});

test.each(publishable)('%s is packed whole: what its files import is in it or among its dependencies', async (name) => {
  const home = join(app, 'node_modules', name === 'cli' ? 'holdfast' : `@holdfast/${name}`);
  const manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>; // npm does not pack without a valid one
  };
  const files = await listFolder(home);

  const missing = await Promise.all(
    files
      .filter((file) => file.endsWith('.js'))
      .map(async (file) => {
        const text = await readFile(join(home, file), 'utf8');
        return [
          ...text.matchAll(/^(?:import|export)\s[^;]*?\bfrom\s*'([^']+)'|^import\s*'([^']+)'|\bimport\('([^']+)'\)/gm),
        ]
          .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
          .filter((specifier) => !isThere(specifier, file, files, Object.keys(manifest.dependencies ?? {})))
          .map((specifier) => `${file} imports ${specifier}`);
      }),
  );

  expect(missing.flat()).toEqual([]);
});

test.each(publishable)('%s carries its licence and a README, and no tests or sources', async (name) => {
  const files = await listFolder(join(app, 'node_modules', name === 'cli' ? 'holdfast' : `@holdfast/${name}`));

  expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
  expect(files.filter((file) => file.startsWith('src/') || /\.test\.|tsbuildinfo|\.golden\./.test(file))).toEqual([]);
});

test('the checkout runs the command, and is small after npm ci', async () => {
  const run = await runCommand('npx', ['holdfast', '--version'], { folder: repository });
  const bytes = await sizeOf(join(repository, 'node_modules'));

  expect(run.exitCode, run.output).toBe(0);
  expect(bytes).toBeLessThan(nodeModulesBytesMax);
});

function isThere(specifier: string, from: string, files: readonly string[], dependencies: readonly string[]): boolean {
  if (specifier.startsWith('.')) return files.includes(posix.join(posix.dirname(from), specifier));
  const [first = '', second = ''] = specifier.split('/');
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  return specifier.startsWith('node:') || builtinModules.includes(specifier) || dependencies.includes(name);
}

async function listFolder(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath.slice(path.length + 1), entry.name));
}

/** Bytes on disk of regular files; links to the workspaces do not count. */
async function sizeOf(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
