import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';
import { unique } from '../harness/unique.ts';

const world = useWorld({ services: { module: 'waiter' } });

/** Starts a handler that waits for an awakeable; returns its invocation and the awakeable's id. */
async function startWaiting(): Promise<{ invocationId: string; awakeable: string }> {
  const name = unique('wait');
  const { invocationId } = await world().ingress.send('Waiter/wait', name);
  const event = await world().trace.waitForDetail(`waiting ${name}`);
  return { invocationId, awakeable: String(event) };
}

async function resultOf(invocationId: string): Promise<unknown> {
  return (await world().ingress.attach(invocationId)).json();
}

test('an awakeable is resolved over HTTP', async () => {
  const { invocationId, awakeable } = await startWaiting();

  const resolved = await world().ingress.ask(`/restate/awakeables/${awakeable}/resolve`, { json: { yes: 1 } });

  expect(resolved.status).toBe(202);
  expect(resolved.text).toBe('');
  expect(await resultOf(invocationId)).toEqual({ value: { yes: 1 } });
});

test('an awakeable is resolved over the short path', async () => {
  const { invocationId, awakeable } = await startWaiting();

  expect((await world().ingress.ask(`/restate/a/${awakeable}/resolve`, { json: 'short' })).status).toBe(202);

  expect(await resultOf(invocationId)).toEqual({ value: 'short' });
});

test('an awakeable is resolved without a value', async () => {
  const { invocationId, awakeable } = await startWaiting();

  expect((await world().ingress.ask(`/restate/awakeables/${awakeable}/resolve`)).status).toBe(202);

  expect(await resultOf(invocationId)).toEqual({ value: null });
});

test('an awakeable is rejected over HTTP with the body as reason', async () => {
  const { invocationId, awakeable } = await startWaiting();

  const rejected = await world().ingress.ask(`/restate/awakeables/${awakeable}/reject`, {
    raw: 'not approved',
    headers: { 'content-type': 'text/plain' },
  });

  expect(rejected.status).toBe(202);
  expect(await resultOf(invocationId)).toEqual({ code: 500, message: 'not approved' });
});

test('an awakeable is resolved and rejected with the published client', async () => {
  const one = await startWaiting();
  const other = await startWaiting();

  await world().target.client.resolveAwakeable(one.awakeable, 'by client');
  await world().target.client.rejectAwakeable(other.awakeable, 'by client');

  expect(await resultOf(one.invocationId)).toEqual({ value: 'by client' });
  expect(await resultOf(other.invocationId)).toEqual({ code: 500, message: 'by client' });
});

test('an awakeable is resolved and rejected by another handler', async () => {
  const one = await startWaiting();
  const other = await startWaiting();

  await world().ingress.call('Waiter/resolve', { id: one.awakeable, value: 42 });
  await world().ingress.call('Waiter/reject', { id: other.awakeable, reason: 'denied' });

  expect(await resultOf(one.invocationId)).toEqual({ value: 42 });
  expect(await resultOf(other.invocationId)).toEqual({ code: 500, message: 'denied' });
});

test('an awakeable is rejected by another handler with a code', needs('rejection-with-code'), async () => {
  const { invocationId, awakeable } = await startWaiting();

  await world().ingress.call('Waiter/reject', { id: awakeable, reason: 'denied', code: 403 });

  expect(await resultOf(invocationId)).toEqual({ code: 403, message: 'denied' });
});

test('two awakeables of one handler may be resolved in any order', async () => {
  const name = unique('wait');
  const { invocationId } = await world().ingress.send('Waiter/waitTwo', name);
  const event = await world().trace.waitForDetail(`waiting two ${name}`);
  const [one, two] = event as [string, string]; // both ids are traced

  await world().ingress.ask(`/restate/awakeables/${one}/resolve`, { json: 'first' });
  await world().ingress.ask(`/restate/awakeables/${two}/resolve`, { json: 'second' });

  expect(await resultOf(invocationId)).toEqual(['first', 'second']);
});

test('completing an awakeable of a finished invocation is accepted and changes nothing', async () => {
  const { invocationId, awakeable } = await startWaiting();
  await world().ingress.ask(`/restate/awakeables/${awakeable}/resolve`, { json: 'once' });
  const before = await resultOf(invocationId);

  const late = await world().ingress.ask(`/restate/awakeables/${awakeable}/resolve`, { json: 'twice' });

  expect(late.status).toBe(202);
  expect(await resultOf(invocationId)).toEqual(before);
});

test('a malformed awakeable id is refused', async () => {
  for (const id of ['nonsense', 'sign_1', 'sign_1!!!', 'inv_1abc']) {
    expect((await world().ingress.ask(`/restate/awakeables/${id}/resolve`, { json: 1 })).status, id).toBe(400);
  }
});
