import { expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { unique } from '../harness/unique.ts';

const world = useWorld({ services: { module: 'sleeper' } });

test('a sleep is never too short', async () => {
  expect(await world().ingress.call<number>('Sleeper/sleep', 300)).toBeGreaterThanOrEqual(300);
});

test('a sleep of no time ends at once', async () => {
  expect(await world().ingress.call<number>('Sleeper/sleep', 0)).toBeGreaterThanOrEqual(0);
});

test('parallel sleeps end in the order of their times', async () => {
  expect(await world().ingress.call('Sleeper/order', [400, 100, 250])).toEqual([100, 250, 400]);
});

test.each([
  ['400ms', 400],
  ['1 sec', 1000],
  ['PT0.5S', 500],
])('a request with delay=%s is accepted at once and executed later', async (delay, ms) => {
  const name = unique('ring');
  const askedAt = Date.now();

  const receipt = await world().ingress.send('Sleeper/ring', name, { query: `delay=${encodeURIComponent(delay)}` });
  const ring = await world().trace.waitForDetail(`ring ${name}`);

  expect(receipt.status).toBe('Accepted');
  expect(Date.parse(receipt.executionTime ?? '')).toBeGreaterThanOrEqual(askedAt + ms - 1);
  expect(Number(ring)).toBeGreaterThanOrEqual(askedAt + ms);
});

test('a delay that is no duration is refused', async () => {
  expect((await world().ingress.ask('/Sleeper/ring/send?delay=soon', { json: 'x' })).status).toBe(400);
});

test('a delay on a call is refused', async () => {
  expect((await world().ingress.ask('/Sleeper/ring?delay=1s', { json: 'x' })).status).toBe(400);
});

test('a send without delay has no execution time', async () => {
  expect(await world().ingress.send('Sleeper/ring', 'x')).not.toHaveProperty('executionTime');
});
