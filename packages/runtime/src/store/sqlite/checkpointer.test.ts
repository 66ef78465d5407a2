import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sampleBatch, sampleFrame, sampleInvocation, sampleInvocationId } from '../sample-records.ts';
import type { PartitionStore } from '../store.ts';
import { openSqliteStore } from './open-store.ts';
import type { SqliteStore } from './sqlite-store.ts';

const MiB = 1024 * 1024;
let directory: string;
let store: SqliteStore;
let partition: PartitionStore;
let troubles: number;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-checkpoint-'));
  troubles = 0;
  const onFatal = (error: Error): never => {
    throw error;
  };
  store = await openSqliteStore({ directory, onFatal, log: () => (troubles += 1) });
  partition = await store.openPartition(0);
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

test('under steady writing the log begins again instead of growing, and loses nothing', async () => {
  await write(400);

  expect(statSync(`${store.path}-wal`).size).toBeLessThan(150 * MiB);
  expect(statSync(store.path).size).toBeGreaterThan(100 * MiB);
  expect(troubles).toBe(0);
  const frames = await partition.readJournal(sampleInvocationId(399), { from: 0, to: 1 });
  expect(Buffer.compare(frames, sampleFrame(399 % 256, MiB / 2))).toBe(0);
}, 60_000);

test.skipIf(process.platform !== 'linux')(
  'a connection that a thread closes drops no lock of the process',
  async () => {
    await write(1);
    const before = locksOn(directory);

    const thread = new Worker(
      `const { DatabaseSync } = require('node:sqlite');
     const database = new DatabaseSync(require('node:worker_threads').workerData);
     database.prepare('pragma wal_checkpoint(passive)').get();
     database.close();`,
      { eval: true, workerData: store.path, execArgv: [] },
    );
    await once(thread, 'exit');

    // The database and the lock file: one lock of SQLite's at least on each.
    expect(new Set(before.map((lock) => lock.inode)).size).toBe(2);
    expect(locksOn(directory)).toEqual(before);
  },
);

/** One invocation with half a MiB per batch, which is more than a page. */
async function write(batches: number): Promise<void> {
  for (let number = 0; number < batches; number += 1) {
    const invocation = sampleInvocationId(number);
    await partition.commit(
      sampleBatch({
        records: [{ kind: 'put', entry: { table: 'invocation', record: sampleInvocation(number) } }],
        journal: [
          { kind: 'append', invocation, firstIndex: 0, frames: [sampleFrame(number % 256, MiB / 2)] },
          { kind: 'seal', invocation },
        ],
      }),
    );
  }
}

/** What the kernel lists as locked by this process in the database and the lock file. */
function locksOn(target: string): readonly { readonly inode: string; readonly range: string }[] {
  const inodes = new Set(['holdfast.sqlite', 'lock.sqlite'].map((name) => String(statSync(join(target, name)).ino)));
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[4] === String(process.pid))
    .map((fields) => ({
      inode: fields[5]?.split(':').at(-1) ?? '',
      range: fields.slice(3, 4).concat(fields.slice(6)).join(' '),
    }))
    .filter((lock) => inodes.has(lock.inode));
}
