import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeCommand, encodeNotification } from '@holdfast/protocol';
import type { Command, Notification } from '@holdfast/protocol';
import {
  sampleAudit,
  sampleBatch,
  sampleDeploymentId,
  sampleInvocation,
  sampleInvocationId,
  sampleRegistry,
} from '../store/sample-records.ts';
import { openSqliteStore } from '../store/sqlite/open-store.ts';
import type { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { Query } from './query.ts';
import type { QueryOptions } from './query.ts';
import { allViews } from './views/all-views.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-query-'));
const text = new TextEncoder();
const [completed, running, dropped] = [sampleInvocationId(1), sampleInvocationId(2), sampleInvocationId(3)];
const queries: Query[] = [];
let store: SqliteStore;
let query: Query;

function openQuery(options: Partial<QueryOptions> = {}): Query {
  const opened = new Query({ directory, timeoutMs: 30_000, rowsMax: 1000, settle: () => store.cover(), ...options });
  queries.push(opened);
  return opened;
}

beforeAll(async () => {
  store = await openSqliteStore({ directory, onFatal: () => {} });
  query = openQuery();
  await store.saveRegistry(sampleRegistry(1, [1, 2]), [sampleAudit('Greeter')]);
  await fill();
});
afterAll(async () => {
  for (const opened of queries) opened.close();
  await store.close();
  rmSync(directory, { recursive: true, force: true });
});

test('every table that is published can be read, and the catalog names its columns', async () => {
  for (const view of allViews) {
    const { columns } = await query.run(`select * from ${view.name}`);
    const catalog = await query.run(
      'select column_name from information_schema.columns where table_name = ? order by ordinal_position',
      [view.name],
    );
    expect(catalog.rows.map((row) => row['column_name'])).toEqual(columns);
  }
});

test('an invocation that completed shows its target, its times as RFC 3339 and its result', async () => {
  const { rows } = await query.run('select * from sys_invocation where id = ?', [completed]);

  expect(rows).toMatchObject([
    {
      target: 'Greeter/greet',
      target_service_name: 'Greeter',
      target_service_key: null,
      target_service_ty: 'service',
      status: 'completed',
      pinned_deployment_id: sampleDeploymentId(1),
      invoked_by: 'ingress',
      created_at: '2023-11-14T22:13:20.000Z',
      completed_at: '2023-11-14T22:13:21.000Z',
      completion_result: 'success',
      completion_value_utf8: '"done"',
      completion_value: Buffer.from('"done"').toString('base64'),
      journal_size: 4,
      journal_commands_size: 3,
    },
  ]);
});

test('an invocation that runs shows the entries that only the log has', async () => {
  const { rows } = await query.run('select journal_size, journal_commands_size from sys_invocation where id = ?', [
    running,
  ]);

  expect(rows).toEqual([{ journal_size: 4, journal_commands_size: 3 }]);
});

test('a journal lists commands and notifications in one order, whether sealed or not', async () => {
  const read = async (id: string): Promise<unknown> =>
    (await query.run('select index, entry_type, name, completed, recorded_by from sys_journal where id = ?', [id]))
      .rows;

  const recorded_by = sampleDeploymentId(1);
  const expected = [
    { index: 0, entry_type: 'Command: Input', name: null, completed: true, recorded_by },
    { index: 1, entry_type: 'Command: Run', name: 'score', completed: true, recorded_by },
    { index: 2, entry_type: 'Notification: Run', name: null, completed: true, recorded_by },
  ];
  expect(await read(completed)).toEqual([
    ...expected,
    { index: 3, entry_type: 'Command: Output', name: null, completed: true, recorded_by },
  ]);
  expect(await read(running)).toEqual([
    ...expected,
    { index: 3, entry_type: 'Command: Run', name: 'wait', completed: false, recorded_by },
  ]);
  expect(await read(dropped)).toEqual([]);
});

test('payloads in entries are text when they are UTF-8, and base64 otherwise', async () => {
  const { rows } = await query.run('select entry_json, raw_length from sys_journal where id = ? and index in (0, 2)', [
    completed,
  ]);

  expect(rows.map((row) => JSON.parse(String(row['entry_json'])))).toMatchObject([
    { kind: 'input', value: '"hällo"' },
    { kind: 'notification', result: { kind: 'success', value: { base64: '/wA=' } } },
  ]);
});

test('registry, state, queues and promises can be joined', async () => {
  const services = await query.run(
    `select service.name, service.public, service.ty, deployment.endpoint
     from sys_service service join sys_deployment deployment on deployment.id = service.deployment_id`,
  );
  const state = await query.run('select service_key, key, value_utf8, value from state order by key');

  expect(services.rows).toEqual([{ name: 'Greeter', public: true, ty: 'service', endpoint: 'http://127.0.0.1:9082/' }]);
  expect(state.rows).toEqual([
    { service_key: 'k', key: 'bytes', value_utf8: null, value: '/wA=' },
    { service_key: 'k', key: 'text', value_utf8: '42', value: 'NDI=' },
  ]);
});

test.each([
  'delete from sys_invocation',
  'update state set key = 1',
  'insert into state values (1)',
  'create table x (a)',
  'drop view sys_invocation',
  'attach database "/tmp/x" as y',
  'pragma journal_mode = delete',
  'vacuum into "/tmp/x"',
  'begin immediate',
  'select 1; select 2',
  "select * from pragma_table_info('invocation')",
  'select record from invocation',
  'select record from store.invocation',
  'with sys_invocation as (select record from store.invocation) select * from sys_invocation',
  'select sql from store.sqlite_master',
  '',
])('what does more than read the published tables is refused: %s', async (sql) => {
  await expect(query.run(sql)).rejects.toMatchObject({ code: 'QUERY_REFUSED' });
});

test('what is no SQL says what SQLite found wrong with it', async () => {
  await expect(query.run('select absent from sys_invocation')).rejects.toMatchObject({
    code: 'QUERY_INVALID',
    message: 'The query cannot be run: no such column: absent.',
  });
});

test('the rows of a table can be counted', async () => {
  expect((await query.run('select count(*) as count from sys_invocation')).rows).toEqual([{ count: 3 }]);
});

test('rows beyond the limit are left out, and the answer says so', async () => {
  const { rows, truncated } = await openQuery({ rowsMax: 2 }).run('select id from sys_invocation order by id');

  expect(rows).toEqual([{ id: completed }, { id: running }]);
  expect(truncated).toBe(true);
});

test('an answer that is too large is refused', async () => {
  await expect(
    openQuery({ bytesMax: 1000 }).run('select hex(zeroblob(400)) as a from sys_invocation'),
  ).rejects.toMatchObject({ code: 'QUERY_TOO_LARGE', message: 'The rows take more than 1000 bytes; 1 rows fit.' });
});

test('a query without an end is stopped, and the next one is answered', async () => {
  const impatient = openQuery({ timeoutMs: 6_000 });
  const endless = 'with recursive n (x) as (select 1 union all select x + 1 from n) select count(*) from n';

  await expect(impatient.run(endless)).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });

  expect((await impatient.run('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('queries are answered one after the other, in the order in which they were asked', async () => {
  const answers = await Promise.all([1, 2, 3].map((number) => query.run(`select ${number} as number`)));

  expect(answers.map((answer) => answer.rows[0])).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }]);
});

test('after closing, queries are unavailable', async () => {
  const closed = openQuery();
  const asked = closed.run('select 1');
  closed.close();

  await expect(asked).rejects.toMatchObject({ code: 'QUERY_UNAVAILABLE' });
  await expect(closed.run('select 1')).rejects.toMatchObject({ code: 'QUERY_UNAVAILABLE' });
});

async function fill(): Promise<void> {
  const partition = await store.openPartition(0);
  const input = encodeCommand({ kind: 'input', name: '', headers: [], value: text.encode('"hällo"') });
  const run = (name: string, completionId: number): Command => ({ kind: 'run', name, completionId });
  const ran: Notification = {
    kind: 'notification',
    of: 'run',
    id: { kind: 'completion', id: 1 },
    result: { kind: 'success', value: new Uint8Array([255, 0]) },
  };
  const output: Command = { kind: 'output', name: '', result: { kind: 'success', value: text.encode('"done"') } };
  const shared = [input, encodeCommand(run('score', 1)), encodeNotification(ran)];
  const result = { kind: 'success', value: text.encode('"done"') } as const;
  const done = sampleInvocation(1, {
    state: { status: 'completed', result, at: 1_700_000_001_000, journalKept: true },
    length: 4,
  });
  const value = { service: 'Cart', key: 'k', deployment: sampleDeploymentId(1), writtenAt: 1_700_000_000_000 };
  await partition.commit(
    sampleBatch({
      records: [
        { kind: 'put', entry: { table: 'invocation', record: { ...done, journal: { ...done.journal, commands: 3 } } } },
        { kind: 'put', entry: { table: 'invocation', record: sampleInvocation(2, { length: 1 }) } },
        { kind: 'put', entry: { table: 'invocation', record: sampleInvocation(3) } },
        { kind: 'put', entry: { table: 'state', record: { ...value, name: 'text', value: text.encode('42') } } },
        {
          kind: 'put',
          entry: { table: 'state', record: { ...value, name: 'bytes', value: new Uint8Array([255, 0]) } },
        },
      ],
      journal: [
        { kind: 'append', invocation: completed, firstIndex: 0, frames: shared },
        { kind: 'append', invocation: running, firstIndex: 0, frames: shared.slice(0, 1) },
        { kind: 'append', invocation: dropped, firstIndex: 0, frames: shared },
      ],
    }),
  );
  await partition.commit(
    sampleBatch({
      journal: [
        { kind: 'append', invocation: completed, firstIndex: 3, frames: [encodeCommand(output)] },
        { kind: 'seal', invocation: completed },
        {
          kind: 'append',
          invocation: running,
          firstIndex: 1,
          frames: [...shared.slice(1), encodeCommand(run('wait', 2))],
        },
        { kind: 'drop', invocation: dropped },
      ],
    }),
  );
}
