import { concatFrames, encodeCommand, encodeEnd } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { AttemptScene, invocationNumber } from './attempt-scene.ts';
import { settle } from './manual-clock.ts';

const end = concatFrames([
  encodeCommand({ kind: 'output', name: '', result: { kind: 'success', value: new Uint8Array(0) } }),
  encodeEnd(),
]);

test('an endpoint has the head of a request while its order is not durable, and nothing of the body', async () => {
  const scene = new AttemptScene();

  scene.invoker.prepare([scene.order()]);
  await settle();

  expect(scene.transport.streams).toHaveLength(1);
  expect(scene.transport.last.request.headers['x-restate-invocation-id']).toBe(invocationNumber(1));
  expect(scene.transport.last.writes).toEqual([]);
});

test('the attempt begins on the stream that was prepared for it', async () => {
  const scene = new AttemptScene();
  const order = scene.order();
  scene.invoker.prepare([order]);

  scene.invoker.release([order]);
  await settle();
  scene.transport.last.answer().send(end);
  await settle();

  expect(scene.transport.streams).toHaveLength(1);
  expect(scene.transport.last.sent).toEqual(['start', 'replay input']);
  expect(scene.partition.advances).toHaveLength(1);
});

test('what an endpoint answers to the head is heard when the order is released', async () => {
  const scene = new AttemptScene();
  const order = scene.order();
  scene.invoker.prepare([order]);
  scene.transport.last.answer({ status: 404 }).end();
  await settle();
  expect(scene.partition.commands).toEqual([]);

  scene.invoker.release([order]);
  await settle();

  expect(scene.partition.failed).toMatchObject([
    { failure: { protocolCode: expect.any(Number), message: expect.stringContaining('404') } },
  ]);
});

test('an endpoint that was gone before its order was released fails one attempt', async () => {
  const scene = new AttemptScene();
  const order = scene.order();
  scene.invoker.prepare([order]);
  scene.transport.last.refuse();
  await settle();

  scene.invoker.release([order]);
  await settle();

  expect(scene.transport.streams).toHaveLength(1);
  expect(scene.partition.failed).toMatchObject([{ failure: { code: 'ENDPOINT_UNREACHABLE' } }]);
});

test.each(['resetAll', 'release'] as const)(
  'an order that is never released leaves neither stream nor place (%s)',
  async (how) => {
    const scene = new AttemptScene({ limits: { attemptsMax: 1 } });
    scene.invoker.prepare([scene.order()]);

    if (how === 'resetAll') scene.invoker.resetAll();
    else scene.invoker.release([]);

    expect(scene.transport.last.wasReset).toBe(true);
    await scene.start({ invocation: invocationNumber(2) });
    expect(scene.transport.last.sent).toEqual(['start', 'replay input']);
  },
);

test('no more streams are prepared than there are places', () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 4 } });

  scene.invoker.prepare([1, 2, 3, 4].map((number) => scene.order({ invocation: invocationNumber(number) })));

  // Alone a deployment gets about half of all.
  expect(scene.transport.streams.length).toBeLessThan(4);
});

test('an attempt that is stopped as soon as it is released gives its stream back', async () => {
  const scene = new AttemptScene();
  const order = scene.order();
  scene.invoker.prepare([order]);

  const { invocation, createdAt, epoch } = order;
  scene.invoker.release([order, { kind: 'stopAttempt', invocation, createdAt, epoch, how: 'abort' }]);
  await settle();

  expect(scene.transport.last.wasReset).toBe(true);
  expect(scene.transport.last.writes).toEqual([]);
});
