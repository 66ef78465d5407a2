import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';
import { waitUntil } from '../harness/wait-until.ts';

const world = useWorld({ services: { module: 'canceller' } });

test('killing an invocation ends it with 409 and runs no user code', async () => {
  const name = unique('leaf');
  const { invocationId } = await world().ingress.send('Canceller/leaf', name);
  await world().trace.waitFor(`leaf ${name}`);
  const attached = world().ingress.attach(invocationId);

  const killed = await world().admin.act(invocationId, 'kill');

  expect(killed.status).toBe(200);
  expect((await attached).status).toBe(409);
  expect(world().trace.count(`leaf cancelled ${name}`)).toBe(0);
});

test('killing reaches called and sent children and releases the key', async () => {
  const key = unique('key');
  const { invocationId } = await world().ingress.send(`Holder/${key}/holdWithChild`, key);
  const called = await world().trace.waitForDetail(`leaf ${key} called`);
  const sent = await world().trace.waitForDetail(`leaf ${key} sent`);
  const queued = world().ingress.call(`Holder/${key}/touch`);

  await world().admin.act(invocationId, 'kill');

  expect(await queued).toBe(1);
  for (const child of [called, sent]) {
    await waitUntil('the child is no longer alive', async () => {
      const row = await world().admin.findInvocation(String(child));
      return row === undefined || row.status === 'completed';
    });
  }
  expect(world().trace.count(`leaf cancelled ${key} called`)).toBe(0);
});

test('the caller of a killed invocation gets failure 409', async () => {
  const name = unique('leaf');
  const { invocationId } = await world().ingress.send('Canceller/parent', name);
  const leaf = await world().trace.waitForDetail(`leaf ${name}`);
  const attached = world().ingress.attach(invocationId);

  await world().admin.act(String(leaf), 'kill');

  expect((await attached).status).toBe(409);
  expect(world().trace.details(`parent cancelled ${name}`)).toEqual([409]);
});

test('a killed queued invocation is never executed', async () => {
  const key = unique('key');
  const holding = await world().ingress.send(`Holder/${key}/hold`, key);
  await world().trace.waitFor(`holding ${key}`);
  const queued = await world().ingress.send(`Holder/${key}/touch`);
  await world().admin.waitForStatus(queued.invocationId, 'pending');

  const killed = await world().admin.act(queued.invocationId, 'kill');
  await world().admin.act(holding.invocationId, 'kill');

  expect(killed.status).toBe(200);
  expect(await world().ingress.call(`Holder/${key}/touch`)).toBe(1);
});

test('killing what is finished is 409, what is unknown 404', async () => {
  const { invocationId } = await world().ingress.send('Canceller/echo', 'x', {
    headers: { 'idempotency-key': unique('idem') },
  });
  await world().ingress.attach(invocationId);
  await world().admin.waitForStatus(invocationId, 'completed');

  expect((await world().admin.act(invocationId, 'kill')).status).toBe(409);
  expect((await world().admin.act(`${invocationId.slice(0, -4)}0000`, 'kill')).status).toBe(404);
});
