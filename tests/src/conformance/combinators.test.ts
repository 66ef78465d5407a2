import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';
import { unique } from '../harness/unique.ts';
import type { Participant } from '../services/combiner.ts';

const world = useWorld({ services: { module: 'combiner' } });

const fast: Participant = { ms: 1, answer: 'fast' };
const slow: Participant = { ms: 150, answer: 'slow' };
const fastFailure: Participant = { ms: 1, failure: 'fast failure' };
const slowFailure: Participant = { ms: 150, failure: 'slow failure' };

const combine = (how: string, ...parts: Participant[]): Promise<unknown> =>
  world().ingress.call(`Combiner/${how}`, parts);

test('all waits for everyone and keeps their places', async () => {
  expect(await combine('all', slow, fast)).toEqual({ value: ['slow', 'fast'] });
});

test('all fails with the first failure', async () => {
  expect(await combine('all', slow, fastFailure, slowFailure)).toEqual({ failure: 'fast failure' });
});

test('race answers whatever comes first, also a failure', async () => {
  expect(await combine('race', slow, fast)).toEqual({ value: 'fast' });
  expect(await combine('race', slow, fastFailure)).toEqual({ failure: 'fast failure' });
});

test('any answers the first success and fails only when everyone failed', async () => {
  expect(await combine('any', fastFailure, slow)).toEqual({ value: 'slow' });
  expect(await combine('any', fastFailure, slowFailure)).toEqual({ failure: 'all failed' });
});

test('allSettled tells how everyone ended', async () => {
  expect(await combine('allSettled', slow, fastFailure, fast)).toEqual([
    { value: 'slow' },
    { failure: 'fast failure' },
    { value: 'fast' },
  ]);
});

test('a race between an awakeable, a sleep and a signal is won by the awakeable', needs('signals'), async () => {
  const name = unique('mixed');
  const { invocationId } = await world().ingress.send('Combiner/mixed', name);
  const event = await world().trace.waitForDetail(`mixed ${name}`);

  await world().ingress.ask(`/restate/awakeables/${String(event)}/resolve`, { json: 'opened' });

  expect((await world().ingress.attach(invocationId)).json()).toBe('gate opened');
});

test('a wait with a timeout gives up when the time is over', async () => {
  expect(await world().ingress.call('Combiner/timeout', 100)).toBe('timed out');
});

test('a nested combinator ends by the path that is complete', async () => {
  const name = unique('nested');
  const { invocationId } = await world().ingress.send('Combiner/nested', name);
  const event = await world().trace.waitForDetail(`nested ${name}`);
  const [one, two] = event as [string, string, string]; // all three ids are traced

  await world().ingress.ask(`/restate/awakeables/${two}/resolve`, { json: 'two' });
  await world().ingress.ask(`/restate/awakeables/${one}/resolve`, { json: 'one' });

  expect((await world().ingress.attach(invocationId)).json()).toBe('one+two');
});

test('parallel steps keep their places', async () => {
  expect(await world().ingress.call('Combiner/parallelSteps', 20)).toEqual(
    Array.from({ length: 20 }, (_, index) => index * index),
  );
});
