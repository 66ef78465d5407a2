import { request as httpRequest } from 'node:http';
import { MessageType } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import type { AttemptMessage } from '../engine/command.ts';
import { openAdmin } from './admin.ts';
import { AdminScene, commandMessage } from './admin-scene.ts';
import { describeApi } from './openapi.ts';

const because = { 'x-holdfast-reason': 'because', 'x-holdfast-actor': 'ada' };
const unknownInvocation = 'inv_10LXfQX1zAPY1xqBQtfNVxEtgGI724kLic';

const mismatchAt = (
  commandIndex: number,
  found: { readonly type?: number; readonly name?: string } = {},
): AttemptMessage => ({
  kind: 'error',
  error: {
    kind: 'error',
    code: 570,
    message: 'found a call, expected a run',
    stacktrace: '',
    relatedCommandIndex: commandIndex,
    ...(found.type === undefined ? {} : { relatedCommandType: found.type }),
    ...(found.name === undefined ? {} : { relatedCommandName: found.name }),
    behavior: 'retry',
  },
});

test('health is not ready until everything is loaded, and so is all that needs it', async () => {
  const scene = await AdminScene.open();
  scene.isReady = false;

  for (const path of ['/health', '/services', '/deployments', `/invocations/${unknownInvocation}`]) {
    expect(await scene.ask(path)).toMatchObject({ status: 503, body: { code: 'NOT_READY' } });
  }
  scene.isReady = true;

  expect(await scene.ask('/health')).toMatchObject({ status: 200, body: { status: 'ready' } });
});

test('health is not ready while the store does not confirm writes', async () => {
  const scene = await AdminScene.open();
  scene.trouble = { since: Date.UTC(2030, 0, 1), message: 'The disk is full.', code: 'STORE_FULL' };

  expect(await scene.ask('/health')).toMatchObject({
    status: 503,
    body: {
      message: 'The store has not confirmed writes since 2030-01-01T00:00:00.000Z: The disk is full.',
      details: { code: 'STORE_FULL' },
    },
  });
});

test('the version names the product and the range of the API', async () => {
  const scene = await AdminScene.open();

  expect((await scene.ask('/version')).body).toMatchObject({
    product: 'holdfast',
    version: '0.0.0-test',
    features: { protocol_v7: true },
    ingress_endpoint: 'http://127.0.0.1:8080',
  });
});

test('a deployment is registered, listed, described with its work, and removed', async () => {
  const scene = await AdminScene.open();
  const first = await scene.register('one');

  const listed = await scene.ask('/deployments');
  const invocation = await scene.invoke();
  const described = await scene.ask(`/deployments/${first}`);
  const refused = await scene.ask(`/deployments/${first}`, { method: 'DELETE' });
  const forced = await scene.ask(`/deployments/${first}?force=true`, { method: 'DELETE', headers: because });

  expect(listed.body).toMatchObject({
    deployments: [{ id: first, state: 'active', services: [{ name: 'Agent', revision: 1 }] }],
  });
  expect(described.body).toMatchObject({
    work: { running: 1 },
    blockers: [{ invocation, target: 'Agent/run', status: 'running' }],
    current_for: ['Agent'],
  });
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'DEPLOYMENT_IN_USE', details: { work: { running: 1 } } },
  });
  expect(forced.status).toBe(202);
  expect((await scene.ask(`/deployments/${first}`)).status).toBe(404);
});

test('registering over HTTP answers 201 with its place, and 200 when it is known', async () => {
  const scene = await AdminScene.open();
  await scene.register('one');

  const known = await scene.post('/deployments', { uri: 'http://one:9080' });
  const wrong = await scene.post('/deployments', { uri: 'ftp://one' });
  const nothing = await scene.post('/deployments', {});

  expect(known).toMatchObject({ status: 200, body: { outcome: 'existing' } });
  expect(known.response.headers.get('location')).toMatch(/^\/deployments\/dp_1/);
  expect(wrong).toMatchObject({ status: 400, body: { code: 'DEPLOYMENT_ADDRESS_REFUSED' } });
  expect(nothing).toMatchObject({ status: 400, body: { code: 'BODY_REFUSED' } });
});

test('services and handlers are shown as the current deployment serves them', async () => {
  const scene = await AdminScene.open();
  const one = await scene.register('one');
  const two = await scene.register('two');

  const service = await scene.ask('/services/Agent');
  const handler = await scene.ask('/services/Agent/handlers/run');

  expect(one).not.toBe(two);
  expect(service.body).toMatchObject({
    name: 'Agent',
    ty: 'Service',
    deployment_id: two,
    revision: 2,
    documentation: 'two',
  });
  expect(handler.body).toMatchObject({ name: 'run', journal_retention: '1d' });
  for (const path of ['/services/Nobody', '/services/__proto__', '/services/Agent/handlers/constructor']) {
    expect((await scene.ask(path)).status).toBe(404);
  }
});

test('whether a service is public can be changed; what belongs to a deployment cannot', async () => {
  const scene = await AdminScene.open();
  await scene.register('one');

  const changed = await scene.patch('/services/Agent', { public: false });
  const refused = await scene.patch('/services/Agent', { journal_retention: '1h' });

  expect(changed).toMatchObject({ status: 200, body: { public: false } });
  expect(refused).toMatchObject({ status: 400, body: { code: 'SERVICE_SETTING_REFUSED' } });
});

test('an invocation shows its status, its pin and its version history', async () => {
  const scene = await AdminScene.open();
  const deployment = await scene.register('one');
  const id = await scene.invoke();
  await scene.register('two');

  expect((await scene.ask(`/invocations/${id}`)).body).toMatchObject({
    id,
    target: 'Agent/run',
    status: 'running',
    pin: { deployment, protocol_version: 7 },
    versions: [{ deployment, from_entry: 0, by: 'acceptance' }],
    journal: { entries: 1, commands: 1 },
  });
});

test('a deployment that cannot be reached says since when, why, and what waits; so does an invocation that waits', async () => {
  const scene = await AdminScene.open();
  const deployment = await scene.register('one');
  const invocation = await scene.invoke();
  expect((await scene.ask(`/deployments/${deployment}`)).body).not.toHaveProperty('unreachable');
  const at = Date.UTC(2030, 0, 1);
  scene.holds.set(deployment, {
    unreachable: { since: at, failures: 3, nextProbeAt: at + 1_000, lastError: 'could not be reached.' },
    waiting: 10_000,
  });
  scene.waiting.add(invocation);

  const unreachable = {
    since: '2030-01-01T00:00:00.000Z',
    failures: 3,
    next_probe_at: '2030-01-01T00:00:01.000Z',
    last_error: 'could not be reached.',
    waiting: 10_000,
  };
  expect((await scene.ask(`/deployments/${deployment}`)).body).toMatchObject({ unreachable });
  expect((await scene.ask('/deployments')).body).toMatchObject({ deployments: [{ id: deployment, unreachable }] });
  expect((await scene.ask(`/invocations/${invocation}`)).body).toMatchObject({
    status: 'running',
    status_details: { not_attempted_because: 'its deployment cannot be reached', unreachable },
  });
  scene.holds.clear();
  expect((await scene.ask(`/invocations/${invocation}`)).body).toMatchObject({
    status_details: { not_attempted_because: 'no place for its attempt is free yet' },
  });
});

test('a mismatch is reported with the entry, both sides, both deployments and what to do next', async () => {
  const scene = await AdminScene.open();
  const deployment = await scene.register('one');
  const id = await scene.invoke();
  await scene.attemptSends(
    id,
    commandMessage({ kind: 'run', name: 'score', completionId: 1 }),
    { kind: 'proposeRun', completionId: 1, result: { kind: 'success', value: Uint8Array.of(56) }, ackRequested: false },
    commandMessage({ kind: 'run', name: 'notify', completionId: 2 }),
    mismatchAt(2, { type: MessageType.SleepCommand, name: '' }),
  );

  expect((await scene.ask(`/invocations/${id}`)).body).toMatchObject({
    status: 'paused',
    status_details: { reason: 'the journal and the code disagree' },
    last_failure: { code: 'JOURNAL_MISMATCH', deployment },
    mismatch: {
      command_index: 2,
      entry_index: 3,
      expected: { kind: 'run', name: 'notify', description: 'step "notify"' },
      found: 'sleep',
      message: 'found a call, expected a run',
      recorded_by: deployment,
      replayed_by: deployment,
      next: `holdfast invocations resume ${id}`,
    },
  });
});

test('a mismatch of contents alone is told in the words of the SDK', async () => {
  const scene = await AdminScene.open();
  await scene.register('one');
  const id = await scene.invoke();
  await scene.attemptSends(
    id,
    commandMessage({ kind: 'run', name: 'score', completionId: 1 }),
    mismatchAt(1, { type: MessageType.RunCommand, name: 'score' }),
  );

  expect((await scene.ask(`/invocations/${id}`)).body).toMatchObject({
    mismatch: { expected: { description: 'step "score"' }, found: 'found a call, expected a run' },
  });
});

test('acts answer 200 when done and 202 when they follow, and are on the record with actor and reason', async () => {
  const scene = await AdminScene.open();
  await scene.register('one');
  const cancelled = await scene.invoke();
  const killed = await scene.invoke();

  const cancel = await scene.patch(`/invocations/${cancelled}/cancel`, undefined, because);
  const kill = await scene.patch(`/invocations/${killed}/kill`, undefined, because);

  expect([cancel.status, kill.status]).toEqual([202, 200]);
  expect(await scene.listAudit()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ act: expect.stringContaining('cancel'), actor: 'ada', reason: 'because' }),
      expect.objectContaining({ act: expect.stringContaining('kill'), actor: 'ada', reason: 'because' }),
    ]),
  );
});

test.each(['cancel', 'kill', 'pause', 'resume', 'restart-as-new', 'purge', 'purge-journal'])(
  '%s of an unknown invocation is 404, of text that is no id 400',
  async (act) => {
    const scene = await AdminScene.open();

    expect(await scene.patch(`/invocations/${unknownInvocation}/${act}`)).toMatchObject({
      status: 404,
      body: { code: 'INVOCATION_NOT_FOUND' },
    });
    expect((await scene.patch(`/invocations/inv_nonsense/${act}`)).status).toBe(400);
  },
);

test('a completed invocation is restarted under a new id on the same deployment, and purged', async () => {
  const scene = await AdminScene.open();
  const deployment = await scene.register('one');
  const id = await scene.invoke();
  await scene.complete(id);
  await scene.register('two');

  const restarted = await scene.patch(`/invocations/${id}/restart-as-new`);
  const { new_invocation_id: newId } = restarted.body as { readonly new_invocation_id: string };
  const purged = await scene.patch(`/invocations/${id}/purge`);

  expect((await scene.ask(`/invocations/${newId}`)).body).toMatchObject({
    pin: { deployment },
    invoked_by: { of: id },
  });
  expect(purged.status).toBe(200);
  expect((await scene.ask(`/invocations/${id}`)).status).toBe(404);
});

test('an unknown deployment is a bad parameter of resume, and a missing page of its own', async () => {
  const scene = await AdminScene.open();
  await scene.register('one');
  const id = await scene.invoke();
  await scene.attemptSends(id, mismatchAt(0));
  const unknown = 'dp_11nGQpCRmau6ypL82KH2TnP';

  expect((await scene.patch(`/invocations/${id}/resume?deployment=latest-ish`)).status).toBe(400);
  expect((await scene.ask(`/deployments/${unknown}`)).status).toBe(404);
});

test('the state of a key is replaced, with a reason', async () => {
  const scene = await AdminScene.open();
  await scene.register('one', 'object');
  const body = { object_key: 'k', new_state: { balance: [49], __proto__: [50] } };

  const bare = await scene.post('/services/Agent/state', body);
  const given = await scene.post('/services/Agent/state', body, because);
  const versioned = await scene.post('/services/Agent/state', { ...body, version: 'v' }, because);

  expect(bare).toMatchObject({ status: 400, body: { code: 'REASON_REQUIRED' } });
  expect(given.status).toBe(202);
  expect(versioned.status).toBe(400);
});

test('filters of a list are bound as values and never become SQL', async () => {
  const scene = await AdminScene.open();

  const listed = await scene.ask(
    `/invocations?status=paused&key=${encodeURIComponent("'; drop table state; --")}&limit=5`,
  );
  const wrong = await scene.ask('/invocations?status=sleepy');

  expect(listed.body).toEqual({ invocations: [{ id: 'row' }] });
  expect(scene.queries[0]?.sql).toContain('where status = ? and target_service_key = ?');
  expect(scene.queries[0]?.values).toEqual(['paused', "'; drop table state; --"]);
  expect(wrong).toMatchObject({ status: 400, body: { code: 'PARAMETER_REFUSED' } });
});

test('what is no JSON, no route or too large is told so', async () => {
  const scene = await AdminScene.open();
  const headers = { 'content-type': 'application/json' };

  expect(await scene.ask('/query', { method: 'POST', body: '{', headers })).toMatchObject({
    status: 400,
    body: { code: 'BODY_REFUSED' },
  });
  expect(await scene.ask('/nowhere')).toMatchObject({ status: 404, body: { code: 'ROUTE_NOT_FOUND' } });
  expect(await scene.post('/query', { query: 'x'.repeat(20_000) })).toMatchObject({
    status: 413,
    body: { code: 'BODY_TOO_LARGE' },
  });
  expect(scene.errors).toEqual([]);
});

test('a name that was rebound to this machine is refused', async () => {
  const scene = await AdminScene.open();

  const rebound = await scene.ask('/deployments', { headers: { host: 'evil.example:9070' } });
  const local = await scene.ask('/deployments', { headers: { host: 'localhost:9070' } });

  expect(rebound).toMatchObject({ status: 403, body: { code: 'HOST_REFUSED' } });
  expect(local.status).toBe(200);
});

test('a web page of another origin cannot write', async () => {
  const scene = await AdminScene.open();
  const foreign = { origin: 'https://evil.example' };

  expect(await scene.post('/query', { query: 'select 1' }, foreign)).toMatchObject({
    status: 403,
    body: { code: 'ORIGIN_REFUSED' },
  });
  expect((await scene.post('/query', { query: 'select 1' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await scene.post('/query', { query: 'select 1' }, { origin: 'http://127.0.0.1:9070' })).status).toBe(200);
});

test('an actor cannot write lines of its own into the record', async () => {
  const scene = await AdminScene.open();
  await scene.register('one');
  const id = await scene.invoke();

  await scene.patch(`/invocations/${id}/cancel`, undefined, { 'x-holdfast-actor': 'eve%0Aroot%1B[2J' });

  expect((await scene.listAudit()).at(-1)?.actor ?? '').not.toMatch(/\p{Cc}/u);
});

test('the OpenAPI document is the one that was reviewed', async () => {
  const scene = await AdminScene.open();

  const document = await describeApi(scene.app, '0.0.0-test');

  expect((await scene.ask('/openapi')).body).toEqual(document);
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('openapi.golden.json');
});

test('more open requests than allowed are turned away with when to come back', async () => {
  const scene = await AdminScene.open();
  const admin = await openAdmin(scene.parts, { host: '127.0.0.1', port: 0 }, 1);
  const slow = httpRequest(`${admin.url}/query`, { method: 'POST', headers: { 'content-type': 'application/json' } });
  slow.on('error', () => {});
  slow.write('{');
  const ask = (): Promise<Response> => fetch(`${admin.url}/version`);
  await expect.poll(async () => (await ask()).status).toBe(429);

  const answer = await ask();
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await answer.json()).toMatchObject({ code: 'OVERLOADED' });
  slow.destroy();
  await expect.poll(async () => (await ask()).status).toBe(200);
  await admin.close();
});
