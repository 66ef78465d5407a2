import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sampleBatch, sampleDeploymentId } from '../sample-records.ts';
import { openSqliteStore } from './open-store.ts';

const points = 6;
const rows = 20;

let directory: string;
let path: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-upgrade-'));
  const store = await openSqliteStore({ directory, onFatal: () => {} });
  path = store.path;
  const partition = await store.openPartition(0);
  await partition.commit(
    sampleBatch({
      records: Array.from({ length: rows }, (_, number) => ({
        kind: 'put',
        entry: {
          table: 'state',
          record: {
            service: 'Counter',
            key: 'k',
            name: `n${number}`,
            value: Uint8Array.of(number),
            deployment: sampleDeploymentId(1),
            writtenAt: number,
          },
        },
      })),
    }),
  );
  await store.close();
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs the program that upgrades; returns how it ended and what it printed. */
function upgrade(killAt: number): { readonly signal: string | null; readonly printed: string } {
  const program = fileURLToPath(new URL('./upgrade-program.ts', import.meta.url));
  const { signal, stdout } = spawnSync(
    process.execPath,
    ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning', program, path, String(killAt)],
    { encoding: 'utf8' },
  );
  return { signal, printed: stdout.trim() };
}

/** What a step left in the database, told from its own parts. */
function look(): {
  readonly steps: readonly number[];
  readonly isReleased: boolean;
  readonly isMoved: boolean;
  readonly values: number;
} {
  const database = new DatabaseSync(path);
  const columns = database.prepare("select name from pragma_table_info('state')").all();
  const steps = database.prepare('select number from schema_step where number > 100 order by number').all();
  const isReleased = columns.some((column) => column['name'] === 'release');
  const released = isReleased
    ? Number(database.prepare("select count(*) as count from state where release = 'later'").get()?.['count'])
    : rows;
  const values = Number(database.prepare('select count(distinct value) as count from state').get()?.['count']);
  // The moved table is made without the constraints of the first.
  const sql = String(database.prepare("select sql from sqlite_schema where name = 'state'").get()?.['sql']);
  database.close();
  return {
    steps: steps.map((row) => Number(row['number'])),
    isReleased,
    isMoved: !sql.includes('primary key'),
    values: Math.min(values, released),
  };
}

test.each(Array.from({ length: points }, (_, index) => index + 1))(
  'an upgrade that is killed at point %i has done each of its steps whole or not at all, and goes on with the next start',
  (point) => {
    const isInSecondStep = point > 3;

    const killed = upgrade(point);
    const after = look();
    const again = upgrade(0);

    expect(killed.signal).toBe('SIGKILL');
    expect(after).toEqual({
      steps: isInSecondStep ? [101] : [],
      isReleased: isInSecondStep,
      isMoved: false,
      values: rows,
    });
    expect(again).toEqual({ signal: null, printed: String(points) });
    expect(look()).toEqual({ steps: [101, 102], isReleased: true, isMoved: true, values: rows });
  },
);

test('the release before opens what an upgrade left that was killed in its first step, and refuses what was killed in its second', async () => {
  upgrade(2);
  const store = await openSqliteStore({ directory, onFatal: () => {} });
  const state = await (await store.openPartition(0)).readState('Counter', 'k');
  await store.close();
  upgrade(5);

  expect(state.length).toBe(rows);
  await expect(openSqliteStore({ directory, onFatal: () => {} })).rejects.toMatchObject({ code: 'STORE_NEWER' });
});
