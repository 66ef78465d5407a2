import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';
import { unique } from '../harness/unique.ts';
import { waitUntil } from '../harness/wait-until.ts';

const world = useWorld({ services: { module: 'canceller' } });

test('cancelling a waiting invocation ends it with 409', async () => {
  const name = unique('leaf');
  const { invocationId } = await world().ingress.send('Canceller/leaf', name);
  await world().trace.waitFor(`leaf ${name}`);
  const attached = world().ingress.attach(invocationId);

  const cancelled = await world().admin.act(invocationId, 'cancel');

  expect(cancelled.status).toBe(202);
  expect((await attached).status).toBe(409);
  expect(world().trace.details(`leaf cancelled ${name}`)).toEqual([409]);
});

test('a cancellation reaches children and grandchildren of calls', async () => {
  const name = unique('leaf');
  const { invocationId } = await world().ingress.send('Canceller/grandparent', name);
  await world().trace.waitFor(`leaf ${name}`);
  const attached = world().ingress.attach(invocationId);

  await world().admin.act(invocationId, 'cancel');

  expect((await attached).status).toBe(409);
  await world().trace.waitFor(`leaf cancelled ${name}`);
  await world().trace.waitFor(`parent cancelled ${name}`);
});

test('a cancellation does not follow a send', async () => {
  const name = unique('leaf');
  const { invocationId } = await world().ingress.send('Canceller/sender', name);
  const leaf = await world().trace.waitForDetail(`leaf ${name}`);
  const attached = world().ingress.attach(invocationId);

  await world().admin.act(invocationId, 'cancel');
  await attached;

  const row = await world().admin.findInvocation(String(leaf));
  expect(['running', 'suspended']).toContain(row?.status);
  await world().admin.act(String(leaf), 'kill');
});

test('a handler may catch its cancellation, compensate and succeed', async () => {
  const name = unique('leaf');
  const { invocationId } = await world().ingress.send('Canceller/compensate', name);
  await world().trace.waitFor(`compensate ${name}`);
  const attached = world().ingress.attach(invocationId);

  await world().admin.act(invocationId, 'cancel');

  expect((await attached).json()).toBe(`undone, ${name}`);
  expect(world().trace.count(`undone ${name}`)).toBe(1);
});

test('a second cancellation cancels the next wait', needs('second-cancellation'), async () => {
  const name = unique('leaf');
  const { invocationId } = await world().ingress.send('Canceller/stubborn', name);
  const attached = world().ingress.attach(invocationId);

  await world().trace.waitFor(`stubborn ${name} 0`);
  await world().admin.act(invocationId, 'cancel');
  await world().trace.waitFor(`stubborn ${name} 1`);
  await world().admin.act(invocationId, 'cancel');

  expect((await attached).json()).toBe(2);
});

test('a handler with explicit cancellation is told of it as a value', needs('explicit-cancellation'), async () => {
  const name = unique('leaf');
  const { invocationId } = await world().ingress.send('Canceller/explicit', name);
  await world().trace.waitFor(`explicit ${name}`);
  const attached = world().ingress.attach(invocationId);

  await world().admin.act(invocationId, 'cancel');

  expect((await attached).json()).toBe('was told');
});

test('a handler cancels another invocation', async () => {
  const name = unique('leaf');
  const { invocationId } = await world().ingress.send('Canceller/leaf', name);
  await world().trace.waitFor(`leaf ${name}`);
  const attached = world().ingress.attach(invocationId);

  await world().ingress.call('Canceller/cancelOther', invocationId);

  expect((await attached).status).toBe(409);
});

test('a queued invocation is cancelled at once, without being executed', async () => {
  const key = unique('key');
  const holding = await world().ingress.send(`Holder/${key}/hold`, key);
  await world().trace.waitFor(`holding ${key}`);
  const call = world().ingress.ask(`/Holder/${key}/touch`);
  const queued = await waitUntil('the call is queued', async () => {
    const rows = await world().admin.query<{ id: string }>(
      `select id from sys_invocation where target = 'Holder/${key}/touch' and status = 'pending'`,
    );
    return rows[0]?.id;
  });

  const cancelled = await world().admin.act(queued, 'cancel');

  expect(cancelled.status).toBe(200);
  expect((await call).status).toBe(409);
  await world().admin.act(holding.invocationId, 'kill');
  expect(await world().ingress.call(`Holder/${key}/touch`)).toBe(1);
});

test('a scheduled invocation is cancelled at once, without being executed', async () => {
  const name = unique('leaf');
  const { invocationId } = await world().ingress.send('Canceller/leaf', name, { query: 'delay=1h' });

  const cancelled = await world().admin.act(invocationId, 'cancel');

  expect(cancelled.status).toBe(200);
  await world().admin.waitUntilGone(invocationId);
  expect((await world().ingress.output(invocationId)).status).toBe(404);
  expect(world().trace.count(`leaf ${name}`)).toBe(0);
});

test('a cancelled holder of a key releases it', async () => {
  const key = unique('key');
  const { invocationId } = await world().ingress.send(`Holder/${key}/hold`, key);
  await world().trace.waitFor(`holding ${key}`);
  const queued = world().ingress.call(`Holder/${key}/touch`);

  await world().admin.act(invocationId, 'cancel');

  expect(await queued).toBe(1);
});

test('cancelling what is finished is 409, what is unknown 404', async () => {
  const { invocationId } = await world().ingress.send('Canceller/echo', 'x', {
    headers: { 'idempotency-key': unique('idem') },
  });
  await world().ingress.attach(invocationId);
  await world().admin.waitForStatus(invocationId, 'completed');

  const finished = await world().admin.act(invocationId, 'cancel');
  const unknown = await world().admin.act(`${invocationId.slice(0, -4)}0000`, 'cancel');
  const malformed = await world().admin.act('inv_nonsense', 'cancel');

  expect([finished.status, unknown.status, malformed.status]).toEqual([409, 404, 400]);
});

test('cancelled work leaves no invocation running', async () => {
  await waitUntil('nothing but completed invocations is left', async () => {
    const rows = await world().admin.query<{ id: string }>(`select id from sys_invocation where status <> 'completed'`);
    return rows.length === 0;
  });
});
