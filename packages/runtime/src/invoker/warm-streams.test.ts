import { concatFrames, deploymentIdFromFingerprint, encodeCommand, encodeEnd } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { AttemptScene, invocationNumber, otherDeploymentId } from './attempt-scene.ts';
import type { StartAttempt } from '../engine/effect.ts';
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

test.each(['end', 'break'] as const)(
  'a connection that ends before the order is released costs no attempt (%s)',
  async (how) => {
    const scene = new AttemptScene();
    const order = scene.order();
    scene.invoker.prepare([order]);
    scene.transport.last[how]();
    await settle();

    scene.invoker.release([order]);
    await settle();

    expect(scene.partition.commands).toEqual([]);
    expect(scene.transport.streams).toHaveLength(2);
    expect(scene.transport.last.sent).toEqual(['start', 'replay input']);
  },
);

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

test('a place that was kept for an order which has to wait goes to somebody else', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 5 } });
  const third = deploymentIdFromFingerprint(new Uint8Array(16).fill(9));
  const at = (number: number, deployment = otherDeploymentId): StartAttempt =>
    scene.order({ invocation: invocationNumber(number), pin: { deployment, protocolVersion: 6 } });
  // The other deployment has its share; its last order waits.
  scene.invoker.release([at(1), at(2), at(3, third), at(4, scene.deployment.id), at(5)]);
  await settle();
  expect(scene.invoker.load).toMatchObject({ open: 4, queued: 1 });

  scene.invoker.prepare([at(6, third)]);
  scene.transport.streams[2]?.refuse();
  await settle();
  scene.invoker.release([at(6, third)]);
  await settle();

  expect(scene.transport.last.request.headers['x-restate-invocation-id']).toBe(invocationNumber(5));
  expect(scene.transport.last.sent).toEqual(['start', 'replay input']);
});

test('an endpoint that answers before its order is released cannot fill the memory', async () => {
  const scene = new AttemptScene();
  const order = scene.order();
  scene.invoker.prepare([order]);
  scene.transport.last.answer().send(new Uint8Array(1024));

  expect(scene.transport.last.paused).toBe(true);

  scene.invoker.release([order]);
  await settle();
  expect(scene.transport.last.paused).toBe(false);
});
