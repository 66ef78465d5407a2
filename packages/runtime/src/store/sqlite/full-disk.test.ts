import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sampleBatch, sampleFrame, sampleInvocation, sampleInvocationId } from '../sample-records.ts';
import type { Batch } from '../store.ts';
import { CoveringSync } from './covering-sync.ts';
import { lockDirectory } from './directory-lock.ts';
import { openSqliteStore } from './open-store.ts';
import { SqliteStore } from './sqlite-store.ts';
import { SyncMark } from './sync-mark.ts';

let directory: string;
let database: DatabaseSync;
let store: SqliteStore;

/** SQLite answers SQLITE_FULL when the database may not grow, which is also what it answers to ENOSPC. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-full-'));
  const first = await openSqliteStore({ directory, onFatal: () => {} });
  await first.close();
  database = new DatabaseSync(first.path);
  database.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0');
  database.prepare('insert into start_record (pid, at) values (1, 1)').run();
  const sync = new CoveringSync({ path: `${first.path}-wal`, onFatal: () => {} });
  const mark = new SyncMark({ database, directory, logPath: `${first.path}-wal` });
  const lock = lockDirectory(directory, 0);
  store = new SqliteStore({ database, path: first.path, sync, mark, lock, onTrouble: () => {} });
});
afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

test('a batch that finds no space is rolled back whole, and the store goes on when there is space again', async () => {
  let partition = await store.openPartition(0);
  await partition.commit(accept(1, 10));
  const pages = Number(database.prepare('pragma page_count').get()?.['page_count']);
  database.exec(`pragma max_page_count = ${pages + 5}`);

  await expect(partition.commit(accept(2, 100_000))).rejects.toMatchObject({
    code: 'STORE_FULL',
    message: 'There is no space left for the store. The batch was rolled back.',
    retry: 'later',
  });

  partition = await store.openPartition(0);
  const request = { records: [{ table: 'invocation', id: sampleInvocationId(2) }], ranges: [] } as const;
  const { records, journals } = await partition.load({ ...request, journals: [1, 2].map(sampleInvocationId) });
  expect(records).toEqual([undefined]);
  expect(journals.map((journal) => journal.length)).toEqual([1, 0]);
  // What is small still fits: completing and deleting must go on.
  await partition.commit(sampleBatch({ journal: [{ kind: 'drop', invocation: sampleInvocationId(1) }] }));

  database.exec('pragma max_page_count = 1000000');
  await partition.commit(accept(2, 100_000));
  expect((await partition.load({ ...request, journals: [] })).records).toMatchObject([{ table: 'invocation' }]);
});

function accept(number: number, bodyBytes: number): Batch {
  const invocation = sampleInvocationId(number);
  return sampleBatch({
    records: [{ kind: 'put', entry: { table: 'invocation', record: sampleInvocation(number) } }],
    journal: [{ kind: 'append', invocation, firstIndex: 0, frames: [sampleFrame(number, bodyBytes)] }],
  });
}
