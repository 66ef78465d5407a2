import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';
import { unique } from '../harness/unique.ts';

const world = useWorld({ services: { module: 'waiter' } });

test('a named signal reaches the invocation that waits for it', needs('signals'), async () => {
  const name = unique('signal');
  const { invocationId } = await world().ingress.send('Waiter/waitSignal', name);
  await world().trace.waitFor(`waiting signal ${name}`);

  await world().ingress.call('Waiter/signal', { id: invocationId, name, value: { approved: true } });

  expect((await world().ingress.attach(invocationId)).json()).toEqual({ value: { approved: true } });
});

test('a rejected signal fails the wait with its reason', needs('signals'), async () => {
  const name = unique('signal');
  const { invocationId } = await world().ingress.send('Waiter/waitSignal', name);

  await world().ingress.call('Waiter/rejectSignal', { id: invocationId, name, reason: 'too late' });

  expect((await world().ingress.attach(invocationId)).json()).toEqual({ code: 500, message: 'too late' });
});

test('a signal that arrives before it is awaited is kept', needs('signals'), async () => {
  const name = unique('signal');
  const { invocationId } = await world().ingress.send('Waiter/waitTwoSignals', name);
  await world().trace.waitFor(`waiting two signals ${name}`);

  await world().ingress.call('Waiter/signal', { id: invocationId, name: 'b', value: 'second' });
  await world().ingress.call('Waiter/signal', { id: invocationId, name: 'a', value: 'first' });

  expect((await world().ingress.attach(invocationId)).json()).toEqual(['first', 'second']);
});

test('a signal to an invocation that does not exist is dropped', needs('signals'), async () => {
  const { invocationId } = await world().ingress.send('Waiter/answer', 1);
  const other = `${invocationId.slice(0, -4)}0000`;

  const answer = await world().ingress.ask('/Waiter/signal', { json: { id: other, name: 'a', value: 1 } });

  expect(answer.status).toBe(200);
});
