import { expect, test } from 'vitest';
import { suspendsAtEveryWait } from '../harness/configuration.ts';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';
import { unique } from '../harness/unique.ts';
import { waitUntil } from '../harness/wait-until.ts';

const world = useWorld({ services: { module: 'caller' } });

test('a handler calls a service and gets its answer', async () => {
  expect(await world().ingress.call('Caller/call', 'Ada')).toBe('Hello, Ada!');
});

test('a handler calls an object', async () => {
  const key = unique('key');

  expect(await world().ingress.call('Caller/callObject', { key, amount: 5 })).toBe(5);
});

test('twenty calls of one handler to one key are executed in their order', async () => {
  const key = unique('key');

  expect(await world().ingress.call('Caller/callMany', { key, times: 20 })).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});

test('sends of one handler to one key are executed in their order', async () => {
  const key = unique('key');
  await world().ingress.call('Caller/sendMany', { key, times: 20 });

  const notes = await waitUntil('all sends are executed', async () => {
    const seen = await world().ingress.call<string[]>(`Counter/${key}/notes`);
    return seen.length === 20 ? seen : undefined;
  });

  expect(notes).toEqual(Array.from({ length: 20 }, (_, index) => `n${index}`));
});

test('a delayed send is executed not before its time', async () => {
  const key = unique('key');
  const sentAt = Date.now();

  const invocationId = await world().ingress.call<string>('Caller/sendDelayed', { key, delayMs: 700 });
  const answer = await world().ingress.attach(invocationId);

  expect(answer.json()).toBe(1);
  expect(Date.now() - sentAt).toBeGreaterThanOrEqual(700);
});

test('a delayed send is scheduled until its time has come', async () => {
  const sent = { key: unique('key'), delayMs: 3_600_000 };

  const invocationId = await world().ingress.call<string>('Caller/sendDelayed', sent);

  expect((await world().admin.findInvocation(invocationId))?.status).toBe('scheduled');
  await world().admin.act(invocationId, 'cancel');
});

test('the runtime tells the ids of calls and sends', async () => {
  const ids = await world().ingress.call<{ called: string; seen: string; sent: string }>('Caller/ids');

  expect(ids.called).toBe(ids.seen);
  expect(ids.sent).toMatch(/^inv_1/);
  expect(ids.sent).not.toBe(ids.called);
});

test('headers of a call reach the callee', async () => {
  expect(await world().ingress.call('Caller/withHeaders', { 'x-one': '1', 'x-two': 'ünïcödé' })).toMatchObject({
    'x-one': '1',
    'x-two': 'ünïcödé',
  });
});

test('a failed call fails the caller with code and message of the callee', async () => {
  const failure = { message: 'no stock', code: 410 };

  expect(await world().ingress.call('Caller/catchFailure', failure)).toMatchObject(failure);
});

test('a failed call fails the caller with the metadata of the callee', needs('failure-metadata'), async () => {
  const failure = { message: 'no stock', code: 410, metadata: { item: 'i-1' } };

  expect(await world().ingress.call('Caller/catchFailure', failure)).toEqual(failure);
});

test('a generic call passes bytes', async () => {
  expect(await world().ingress.call('Caller/generic', [1, 2, 255, 0])).toEqual([0, 255, 2, 1]);
});

test('two calls with one idempotency key are one invocation', async () => {
  const key = unique('key');

  const answer = await world().ingress.call('Caller/callTwice', { key, idempotencyKey: unique('idem') });

  expect(answer).toEqual({ results: [1, 1], sameId: true });
  expect(await world().ingress.call(`Counter/${key}/value`)).toBe(1);
});

test('a chain of ten calls returns through all levels', async () => {
  expect(await world().ingress.call('Caller/deep', 10)).toBe(10);
});

test('a call to a service that nobody serves is retried until it is there', async () => {
  const { invocationId } = await world().ingress.send('Caller/callUnknown');

  const row = await world().admin.waitForStatus(invocationId, 'backing-off');

  expect(row.last_failure).toContain('Nowhere');
  await world().admin.act(invocationId, 'kill');
});

test('a handler may call hundreds of handlers at once', async () => {
  const key = unique('key');
  // Where every wait is a replay, each answer replays all calls: the work grows with the square of their number.
  const times = suspendsAtEveryWait(world().configuration) ? 200 : 500;

  const results = await world().ingress.call('Caller/callMany', { key, times });

  expect(results).toEqual(Array.from({ length: times }, (_, at) => at + 1));
});
