import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';

const world = useWorld({ services: { module: 'dice' } });

test('random values, dates, ids and recorded results are the same in every attempt', async () => {
  const name = unique('dice');

  const last = await world().ingress.call<unknown[]>('Dice/throwDice', name);

  const attempts = world().trace.details(`dice ${name}`) as unknown[][]; // each attempt traces the list of what it saw
  expect(attempts.length).toBeGreaterThanOrEqual(4);
  for (const seen of attempts) expect(seen).toEqual(last.slice(0, seen.length));
});

test('two invocations get different random values', async () => {
  const one = await world().ingress.call<unknown[]>('Dice/throwDice', unique('dice'));
  const other = await world().ingress.call<unknown[]>('Dice/throwDice', unique('dice'));

  expect(one[0]).not.toBe(other[0]);
  expect(one[1]).not.toBe(other[1]);
});
