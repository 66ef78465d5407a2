import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readLastBatch } from './commit-history.ts';
import { databaseName } from './database-name.ts';
import { openSqliteStore } from './open-store.ts';

const batches = 150;
// Every so many-th page: enough to meet every tree of the database.
const pageStep = 3;
const pageBytes = 4096;

let whole: string;

beforeAll(() => {
  whole = mkdtempSync(join(tmpdir(), 'holdfast-pages-'));
  const program = fileURLToPath(new URL('./commit-program.ts', import.meta.url));
  spawnSync(process.execPath, ['--conditions=holdfast-source', program, whole, String(batches)]);
});
afterAll(() => rmSync(whole, { recursive: true, force: true }));

/** Opens a copy of the store whose file was changed, and reads all of it; the code of the error, or the last batch. */
async function readChanged(change: (file: Buffer) => void): Promise<string | number> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-pages-'));
  cpSync(whole, directory, { recursive: true });
  const file = readFileSync(join(directory, databaseName));
  change(file);
  writeFileSync(join(directory, databaseName), file);
  try {
    const store = await openSqliteStore({ directory, onFatal: () => {} });
    try {
      return await readLastBatch(await store.openPartition(0));
    } finally {
      await store.close();
    }
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test.each([
  ['overwritten', (page: Buffer) => page.fill(0xff)],
  ['emptied', (page: Buffer) => page.fill(0)],
  ['of another kind', (page: Buffer) => page.writeUInt8((page.readUInt8(0) ^ 1) & 0xff)],
])(
  'a page that is %s is found when the store opens or reads it, and never read as something else',
  async (_how, harm) => {
    const pages = readFileSync(join(whole, databaseName)).length / pageBytes;
    const outcomes = new Set<string | number>();

    for (let page = 1; page < pages; page += pageStep)
      outcomes.add(await readChanged((file) => harm(file.subarray(page * pageBytes, (page + 1) * pageBytes))));

    expect(pages).toBeGreaterThan(30);
    // A page that nothing uses may hold anything.
    expect(outcomes).toEqual(new Set(['STORE_CORRUPT', batches]));
  },
);
