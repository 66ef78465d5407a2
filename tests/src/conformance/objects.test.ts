import { expect, test } from 'vitest';
import { unique } from '../harness/unique.ts';
import { useWorld } from '../harness/conformance-world.ts';

const world = useWorld({ services: { module: 'counter' } });

test('state of an object lasts from call to call', async () => {
  const key = unique('key');

  expect(await world().ingress.call(`Counter/${key}/add`, 2)).toBe(2);
  expect(await world().ingress.call(`Counter/${key}/add`, 3)).toBe(5);
  expect(await world().ingress.call(`Counter/${key}/value`)).toBe(5);
});

test('keys do not share state', async () => {
  const one = unique('key');
  const other = unique('key');

  await world().ingress.call(`Counter/${one}/add`, 2);

  expect(await world().ingress.call(`Counter/${other}/value`)).toBe(0);
});

test('a hundred concurrent additions to one key add up exactly', async () => {
  const key = unique('key');

  await Promise.all(Array.from({ length: 100 }, () => world().ingress.call(`Counter/${key}/add`, 1)));

  expect(await world().ingress.call(`Counter/${key}/value`)).toBe(100);
});

test('calls of one key are executed in the order of acceptance', async () => {
  const key = unique('key');
  const expected = Array.from({ length: 20 }, (_, index) => `n${index}`);

  const holding = await world().ingress.send(`Counter/${key}/hold`, key);
  for (const value of expected) await world().ingress.send(`Counter/${key}/note`, value);
  await release(key, holding.invocationId);
  // Behind all the notes in the queue, so its answer says that they are done.
  await world().ingress.call(`Counter/${key}/add`, 0);

  expect(await world().ingress.call(`Counter/${key}/notes`)).toEqual(expected);
});

test('an exclusive handler waits while another one holds the key', async () => {
  const key = unique('key');
  const holding = await world().ingress.send(`Counter/${key}/hold`, key);
  await world().trace.waitFor(`holding ${key}`);

  const queued = await world().ingress.send(`Counter/${key}/add`, 1);
  await world().admin.waitForStatus(queued.invocationId, 'pending');
  const early = await world().ingress.output(queued.invocationId);
  await release(key, holding.invocationId);
  const late = await world().ingress.attach(queued.invocationId);

  expect(early.status).toBe(470);
  expect(late.json()).toBe(1);
});

test('a busy key does not hold up other keys', async () => {
  const key = unique('key');
  const holding = await world().ingress.send(`Counter/${key}/hold`, key);
  await world().trace.waitFor(`holding ${key}`);

  expect(await world().ingress.call(`Counter/${unique('key')}/add`, 1)).toBe(1);

  await release(key, holding.invocationId);
});

test('a shared handler answers while an exclusive one holds the key', async () => {
  const key = unique('key');
  await world().ingress.call(`Counter/${key}/add`, 7);
  const holding = await world().ingress.send(`Counter/${key}/hold`, key);
  await world().trace.waitFor(`holding ${key}`);

  expect(await world().ingress.call(`Counter/${key}/value`)).toBe(7);

  await release(key, holding.invocationId);
});

test('a key may hold any characters', async () => {
  for (const key of ['a b', 'a/b', 'ünïcödé', 'a%2Fb', '🦊', 'a?b#c&d=e', '__proto__', 'constructor', 'a+b']) {
    expect(await world().ingress.call(`Counter/${encodeURIComponent(key)}/myKey`), key).toBe(key);
    expect(await world().ingress.call(`Counter/${encodeURIComponent(key)}/add`, 1), key).toBe(1);
  }
});

test('state that was written before a terminal error stays written', async () => {
  const key = unique('key');

  const answer = await world().ingress.ask(`/Counter/${key}/setThenFail`, { json: 41 });

  expect(answer.status).toBe(418);
  expect(await world().ingress.call(`Counter/${key}/value`)).toBe(41);
});

test('editing the state of a key whose handler is at work', async () => {
  const key = unique('key');
  const holding = await world().ingress.send(`Counter/${key}/hold`, key);
  await world().trace.waitFor(`holding ${key}`);

  const edited = await world().admin.ask('/services/Counter/state', {
    headers: { 'x-holdfast-reason': 'the conformance suite edits a busy key' },
    json: { object_key: key, new_state: { count: [57] } },
  });

  expect(edited.status).toBe(world().target.differs('state-edit-of-busy-key', { restate: 202, holdfast: 409 }));
  await release(key, holding.invocationId);
});

/** Lets the handler that holds the key go on, and waits until it has ended. */
async function release(key: string, invocationId: string): Promise<void> {
  const event = await world().trace.waitForDetail(`holding ${key}`);
  const resolved = await world().ingress.ask(`/restate/awakeables/${String(event)}/resolve`, { json: 'go' });
  expect(resolved.status).toBe(202);
  expect((await world().ingress.attach(invocationId)).status).toBe(200);
}
