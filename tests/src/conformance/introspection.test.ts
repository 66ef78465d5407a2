import { beforeAll, expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';

/** The views that operators query; column by column only where both targets mean the same. */
const world = useWorld({ services: { module: 'everything' } });

const key = unique('key');
const name = unique('wait');
let holding = '';
let queued = '';
let waiting = '';
let scheduled = '';
let finished = '';
let failed = '';

beforeAll(async () => {
  await world().ingress.call(`Counter/${key}/add`, 3);
  holding = (await world().ingress.send(`Counter/${key}/hold`, key)).invocationId;
  await world().trace.waitFor(`holding ${key}`);
  queued = (await world().ingress.send(`Counter/${key}/add`, 1)).invocationId;
  waiting = (await world().ingress.send('Canceller/parent', name)).invocationId;
  await world().trace.waitFor(`leaf ${name}`);
  scheduled = (await world().ingress.send('Greeter/greet', 'later', { query: 'delay=1h' })).invocationId;
  const retained = { headers: { 'idempotency-key': unique('idem') } };
  finished = (await world().ingress.send('Flaky/untilAttempt', { name, attempt: 1 }, retained)).invocationId;
  failed = (
    await world().ingress.send(
      'Greeter/fail',
      { message: 'no', code: 418 },
      { headers: { 'idempotency-key': unique('idem') } },
    )
  ).invocationId;
  await world().ingress.attach(finished);
  await world().ingress.attach(failed);
  await world().admin.waitForStatus(finished, 'completed');
  await world().admin.waitForStatus(failed, 'completed');
});

test('an invocation shows its target, its status and its deployment', async () => {
  const row = await world().admin.findInvocation(holding);

  expect(row).toMatchObject({
    id: holding,
    target: `Counter/${key}/hold`,
    target_service_name: 'Counter',
    target_service_key: key,
    target_handler_name: 'hold',
    target_service_ty: 'virtual_object',
    invoked_by: 'ingress',
    pinned_deployment_id: world().deploymentId,
  });
  expect(['running', 'suspended']).toContain(row?.status);
  expect([5, 6, 7]).toContain(row?.pinned_service_protocol_version);
});

test('a queued and a scheduled invocation show that they have not begun', async () => {
  expect((await world().admin.findInvocation(queued))?.status).toBe('pending');
  expect((await world().admin.findInvocation(scheduled))?.status).toBe('scheduled');
});

test('a finished invocation shows how it ended', async () => {
  expect(await world().admin.findInvocation(finished)).toMatchObject({
    status: 'completed',
    completion_result: 'success',
  });
  expect(await world().admin.findInvocation(failed)).toMatchObject({
    status: 'completed',
    completion_result: 'failure',
    completion_failure: expect.stringContaining('no'),
  });
});

test('a child shows who invoked it', async () => {
  const children = await world().admin.query<Record<string, string>>(
    `select target, invoked_by, invoked_by_id from sys_invocation where invoked_by_id = '${waiting}'`,
  );

  expect(children).toEqual([{ target: 'Canceller/leaf', invoked_by: 'service', invoked_by_id: waiting }]);
});

test('invocations are counted by status', async () => {
  const rows = await world().admin.query<{ status: string; count: number }>(
    `select status, count(*) as count from sys_invocation where target_service_name = 'Counter' group by status order by status`,
  );

  expect(rows.find((one) => one.status === 'pending')).toEqual({ status: 'pending', count: 1 });
});

test('the journal lists the entries of an invocation in order', async () => {
  const rows = await world().admin.query<{ index: number; entry_type: string; name?: string }>(
    `select index, entry_type, name from sys_journal where id = '${finished}' order by index`,
  );

  expect(rows.map((one) => one.index)).toEqual(rows.map((_, index) => index));
  expect(rows.map((one) => one.entry_type)).toEqual([
    'Command: Input',
    'Command: Run',
    'Notification: Run',
    'Command: Output',
  ]);
  expect(rows[1]?.name).toBe('step');
});

test('the journal of a caller shows the call and that the runtime told its id', async () => {
  const rows = await world().admin.query<{ entry_type: string }>(
    `select entry_type from sys_journal where id = '${waiting}' order by index`,
  );

  expect(rows.map((one) => one.entry_type)).toEqual([
    'Command: Input',
    'Command: Call',
    'Notification: CallInvocationId',
  ]);
});

test('services and deployments can be queried', async () => {
  const services = await world().admin.query(`select name, ty, deployment_id from sys_service where name = 'Counter'`);
  const deployments = await world().admin.query<{ id: string; endpoint: string }>(
    'select id, endpoint from sys_deployment',
  );

  expect(services).toEqual([{ name: 'Counter', ty: 'virtual_object', deployment_id: world().deploymentId }]);
  expect(deployments).toEqual([
    { id: world().deploymentId, endpoint: expect.stringContaining(String(world().services.port)) },
  ]);
});

test('the holder of a key and its queue can be queried', async () => {
  const status = await world().admin.query(
    `select service_name, invocation_id from sys_keyed_service_status where service_key = '${key}'`,
  );
  const inbox = await world().admin.query(`select id from sys_inbox where service_key = '${key}'`);

  expect(status).toEqual([{ service_name: 'Counter', invocation_id: holding }]);
  expect(inbox).toEqual([{ id: queued }]);
});

test('the promises of a workflow can be queried', async () => {
  const workflow = unique('wf');
  await world().ingress.call(`Signup/${workflow}/approve`, 'Grace');

  const rows = await world().admin.query(
    `select service_name, key, completed, completion_success_value_utf8 from sys_promise where service_key = '${workflow}'`,
  );

  expect(rows).toEqual([
    { service_name: 'Signup', key: 'approval', completed: true, completion_success_value_utf8: '"Grace"' },
  ]);
});

test('a query can join, aggregate and filter', async () => {
  const rows = await world().admin.query<{ name: string; total: number }>(
    `select s.name as name, count(i.id) as total from sys_service s
       left join sys_invocation i on i.target_service_name = s.name
      where s.name in ('Sleeper', 'Counter') group by s.name order by s.name`,
  );

  expect(rows.map((one) => one.name)).toEqual(['Counter', 'Sleeper']);
  expect(rows[1]?.total).toBe(0);
});

test('a query that is no SQL or writes is refused', async () => {
  for (const query of ['selekt 1', 'select * from nowhere', 'delete from sys_invocation', 'drop table state']) {
    const answer = await world().admin.ask('/query', { json: { query }, headers: { accept: 'application/json' } });
    expect(answer.status, query).toBeGreaterThanOrEqual(400);
  }
  expect((await world().admin.findInvocation(holding))?.id).toBe(holding);
});

test('the dialect of SQL is that of the store', async () => {
  const ask = async (query: string): Promise<boolean> =>
    (await world().admin.ask('/query', { json: { query }, headers: { accept: 'application/json' } })).status === 200;

  const understood = {
    dataFusion: await ask('select arrow_typeof(1) as t'),
    sqlite: await ask("select typeof(1) as t, iif(1, 'a', 'b') as i"),
  };

  expect(understood).toEqual(
    world().target.differs('sql-dialect', {
      restate: { dataFusion: true, sqlite: false },
      holdfast: { dataFusion: false, sqlite: true },
    }),
  );
});
