/**
 * Who may import whom. Each package and each folder of the runtime has one reason to exist and knows only what it stands on; the
 * tables below are the whole of it, and ARCHITECTURE.md explains them.
 */
import { expect, test } from 'vitest';
import { readSourceMap } from './source-map.ts';

const map = readSourceMap();

/** A workspace, and the workspaces that its own files may import by name. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': [],
  // Not the whole of the protocol: the rest needs a schema library, which no service should have to load.
  'packages/sdk': ['@holdfast/protocol/wire'],
  'packages/runtime': ['@holdfast/protocol'],
  'packages/testing': ['@holdfast/protocol', '@holdfast/runtime'],
  'packages/cli': ['@holdfast/protocol', '@holdfast/runtime'],
  bench: ['@holdfast/testing'],
  catalogue: ['@holdfast/testing'],
  tests: [
    '@holdfast/protocol',
    '@holdfast/runtime',
    '@holdfast/sdk',
    '@holdfast/sdk/fetch',
    '@holdfast/sdk/node',
    '@holdfast/testing',
    '@holdfast-internal/catalogue',
  ],
  examples: ['@holdfast/testing'],
};

const composition = ['index.ts', 'runtime.ts'];

/**
 * A folder of the runtime, and what its product files may import beside themselves: a folder, or one file of it where the rest of
 * that folder is its own business. Only the composition at the root knows which store it is.
 */
const runtimeFolders: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  store: ['engine/', 'clock.ts'],
  'store/memory': ['store/store.ts', 'store/', 'engine/'],
  'store/sqlite': ['store/', 'engine/', 'clock.ts'],
  partition: ['engine/', 'store/store.ts', 'clock.ts'],
  invoker: ['engine/', 'partition/port.ts', 'store/store.ts', 'clock.ts'],
  deployments: ['engine/', 'partition/port.ts', 'store/store.ts', 'invoker/', 'clock.ts'],
  ingress: ['engine/', 'partition/port.ts', 'telemetry/', 'ROOT'],
  admin: ['engine/', 'partition/port.ts', 'store/store.ts', 'deployments/', 'query/query.ts', 'telemetry/', 'ROOT'],
  // The views of the query child are written for the embedded store; another store brings its own.
  query: ['engine/', 'store/sqlite/', 'ROOT'],
  config: ['ROOT'],
  telemetry: [],
  access: ['ROOT'],
  simulation: ['engine/', 'partition/', 'store/', 'store/memory/', 'invoker/', 'deployments/', 'ROOT'],
};

test('a package imports only the packages that it stands on', () => {
  const wrong = [...map.files.values()].flatMap((file) => {
    const allowed = Object.entries(packages).find(([folder]) => file.path.startsWith(`${folder}/`))?.[1];
    return file.imports
      .filter(({ specifier }) => /^@?holdfast\b/.test(specifier) && allowed?.includes(specifier) !== true)
      .map(({ line, specifier }) => `${file.path}:${line} imports ${specifier}`);
  });

  expect(wrong).toEqual([]);
});

test('no relative import leaves its package, but for the chores in scripts', () => {
  const wrong = [...map.files.values()].flatMap((file) =>
    file.imports
      .filter(
        ({ path }) => path !== undefined && packageOf(path) !== packageOf(file.path) && !path.startsWith('scripts/'),
      )
      .map(({ line, specifier }) => `${file.path}:${line} imports ${specifier}`),
  );

  expect(wrong).toEqual([]);
});

test('a folder of the runtime imports only what its place allows', () => {
  const root = 'packages/runtime/src/';
  const wrong = [...map.product]
    .filter((path) => path.startsWith(root))
    .flatMap((path) => {
      const folder = runtimeFolderOf(path.slice(root.length));
      if (folder === undefined) return [];
      const allowed = runtimeFolders[folder];
      if (allowed === undefined) return [`${path} is in the folder ${folder}, which has no row in the table`];
      return (map.files.get(path)?.imports ?? [])
        .filter((one) => one.path !== undefined && !isAllowed(folder, allowed, one.path.slice(root.length)))
        .map(({ line, specifier }) => `${path}:${line} imports ${specifier}`);
    });

  expect(wrong).toEqual([]);
});

test('only the Node endpoint of the SDK imports modules of Node, so that the rest runs on any platform', () => {
  const wrong = [...map.product]
    .filter((path) => path.startsWith('packages/sdk/src/') && !path.startsWith('packages/sdk/src/endpoint/node/'))
    .flatMap((path) =>
      (map.files.get(path)?.imports ?? [])
        .filter((one) => one.specifier.startsWith('node:') || one.path?.startsWith('packages/sdk/src/endpoint/node/'))
        .map(({ line, specifier }) => `${path}:${line} imports ${specifier}`),
    );

  expect(wrong).toEqual([]);
});

test('every folder in the table exists', () => {
  const folders = new Set(
    [...map.files.keys()].map((path) => runtimeFolderOf(path.slice('packages/runtime/src/'.length))),
  );

  // Access arrives with tokens and roles; its place is kept.
  expect(Object.keys(runtimeFolders).filter((folder) => folder !== 'access' && !folders.has(folder))).toEqual([]);
});

test('every source file is used by a product or by a test', () => {
  expect([...map.files.keys()].filter((path) => !map.product.has(path) && !map.tests.has(path))).toEqual([]);
});

test('a product imports no test tools', () => {
  const wrong = [...map.product].flatMap((path) =>
    (map.files.get(path)?.imports ?? [])
      .filter(({ specifier }) => specifier === 'vitest' || specifier === 'fast-check')
      .map(({ line, specifier }) => `${path}:${line} imports ${specifier}`),
  );

  expect(wrong).toEqual([]);
});

function packageOf(path: string): string {
  return /^(?:packages|examples)\/[^/]+|^[^/]+/.exec(path)?.[0] ?? path;
}

/** The longest folder of the table that holds the file; `undefined` for files of the composition at the root. */
function runtimeFolderOf(file: string): string | undefined {
  if (!file.includes('/')) return undefined;
  const known = Object.keys(runtimeFolders).filter((folder) => file.startsWith(`${folder}/`));
  return known.toSorted((a, b) => b.length - a.length)[0] ?? file.split('/')[0];
}

function isAllowed(folder: string, allowed: readonly string[], imported: string): boolean {
  const home = runtimeFolderOf(imported);
  if (home === folder) return true;
  return allowed.some((one) => {
    if (one === 'ROOT') return home === undefined && !composition.includes(imported);
    return one.endsWith('/') ? home === one.slice(0, -1) : imported === one;
  });
}
