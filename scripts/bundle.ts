/**
 * Makes the files that people run: the command with everything it imports, in a few files. Reading hundreds of small modules takes longer than
 * everything else that a start does.
 *
 *     npm run build
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { repositoryFolder } from './repository.ts';

const outputFolder = join(repositoryFolder, 'packages/cli/dist');

/** The command, and what it starts as threads and processes: these are found beside the file that starts them. */
const entryPoints = [
  'packages/cli/src/main.ts',
  'packages/runtime/src/store/sqlite/sync-worker.ts',
  'packages/runtime/src/store/sqlite/checkpoint-worker.ts',
  'packages/runtime/src/query/query-process.ts',
  'packages/runtime/src/query/query-worker.ts',
];

async function bundle(): Promise<void> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: repositoryFolder,
    entryPoints,
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    outdir: outputFolder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    conditions: ['holdfast-source'],
    // Packages of CommonJS ask for modules of Node by require.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  const files = new Map(outputFiles.map((file) => [basename(file.path), file.text]));
  files.set('THIRD-PARTY-LICENSES.txt', licencesOf(Object.keys(metafile.inputs)));
  writeChanged(files);
}

/** A file that stays the same is not touched: a runtime that runs from it may be about to read it. */
function writeChanged(files: ReadonlyMap<string, string>): void {
  mkdirSync(outputFolder, { recursive: true });
  for (const [name, text] of files) {
    const path = join(outputFolder, name);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
  }
  for (const name of readdirSync(outputFolder))
    if (name.endsWith('.js') && !files.has(name)) rmSync(join(outputFolder, name));
}

/** What the licences of bundled packages ask for: their texts go along. */
function licencesOf(inputs: readonly string[]): string {
  const marker = 'node_modules/';
  const packages = new Set(
    inputs
      .filter((input) => input.includes(marker))
      .map((input) => {
        const [first = '', second = ''] = input.slice(input.lastIndexOf(marker) + marker.length).split('/');
        const name = first.startsWith('@') ? `${first}/${second}` : first;
        return input.slice(0, input.lastIndexOf(marker) + marker.length) + name;
      }),
  );
  return [...packages]
    .toSorted()
    .map((path) => `${describePackage(join(repositoryFolder, path))}\n`)
    .join('\n');
}

function describePackage(folder: string): string {
  // Every installed package has these.
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  return `${name} ${version} (${license ?? 'see its text'})\n${text}`;
}

await bundle();
