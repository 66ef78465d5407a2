/** Sorts the TypeScript files of the workspaces into what a product runs, what only tests use, and what nobody reaches. */
import { listFiles, readText } from './repository.ts';
import { importsOf, withoutComments } from './source-file.ts';
import type { Import } from './source-file.ts';

/** Where a person or a package starts: package entries, and programs that are run by hand. */
const entryNames = [
  /\/src\/(?:[^.]+\/)?index\.ts$/,
  /\/main\.ts$/,
  /^examples\/.*\/(?:demo|service)\.ts$/,
  /\/run-[^/]+\.ts$/,
];
const testNames = /\.test\.ts$/;
/**
 * Workers, child processes and programs for tests are started by file name; services of the conformance suite by the name that a test
 * gives.
 */
const fileNameText =
  /['`/]([a-z0-9][a-z0-9.-]*-(?:worker|process|child|services|program|source|loader))(?:\.[jt]s)?['`]/g;
const serviceFolder = 'tests/src/services/';

export interface SourceFile {
  readonly path: string;
  readonly imports: readonly Import[];
  /** Files that it imports, or starts by name. */
  readonly uses: readonly string[];
}

export interface SourceMap {
  readonly files: ReadonlyMap<string, SourceFile>;
  /** Reachable from an entry: what users run. */
  readonly product: ReadonlySet<string>;
  /** Tests and what only they import. */
  readonly tests: ReadonlySet<string>;
}

export function readSourceMap(): SourceMap {
  const paths = listFiles('.ts').filter((path) => !path.endsWith('.d.ts') && path.includes('/src/'));
  const files = new Map(paths.map((path) => [path, readSourceFile(path, paths)]));
  const product = reach(
    files,
    paths.filter((path) => entryNames.some((name) => name.test(path))),
  );
  const tests = reach(
    files,
    paths.filter((path) => testNames.test(path)),
  );
  return { files, product, tests: new Set([...tests].filter((path) => !product.has(path))) };
}

function readSourceFile(path: string, paths: readonly string[]): SourceFile {
  const text = readText(path);
  const imports = importsOf(path, text);
  const workspace = path.slice(0, path.indexOf('/src/'));
  const started = new Set([...withoutComments(text).matchAll(fileNameText)].map((match) => `/${match[1] ?? ''}.ts`));
  const uses = paths.filter(
    (other) =>
      imports.some((one) => one.path === other) ||
      (other.startsWith(`${workspace}/`) && started.has(other.slice(other.lastIndexOf('/')))) ||
      (text.includes('import(`../services/${') && other.startsWith(serviceFolder)),
  );
  return { path, imports, uses };
}

function reach(files: ReadonlyMap<string, SourceFile>, entries: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const open = [...entries];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    open.push(...(files.get(path)?.uses ?? []));
  }
  return reached;
}
