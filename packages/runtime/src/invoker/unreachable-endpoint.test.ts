/** What the invoker does while endpoints cannot be reached or hang: who is attempted, who waits, and what the engine is told. */
import { concatFrames, encodeCommand, encodeEnd } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import type { StartAttempt } from '../engine/effect.ts';
import { AttemptScene, invocationNumber, otherDeploymentId } from './attempt-scene.ts';
import { settle } from './manual-clock.ts';
import type { ScriptedStream } from './scripted-stream.ts';

const end = concatFrames([
  encodeCommand({ kind: 'output', name: '', result: { kind: 'success', value: new Uint8Array(0) } }),
  encodeEnd(),
]);
// `random` of the scene is 0.5: each wait is 15 % longer.
const firstWaitMs = 288;

function orders(scene: AttemptScene, from: number, count: number): StartAttempt[] {
  return Array.from({ length: count }, (_, index) => scene.order({ invocation: invocationNumber(from + index) }));
}

function ordersOfOther(scene: AttemptScene, from: number, count: number): StartAttempt[] {
  const pin = { ...scene.order().pin, deployment: otherDeploymentId };
  return orders(scene, from, count).map((order) => ({ ...order, pin }));
}

function numbersOf(streams: readonly ScriptedStream[]): readonly (string | undefined)[] {
  return streams.map((stream) => stream.request.headers['x-restate-invocation-id']);
}

/** A scene whose endpoint refused one attempt, with `count` more that wait. */
async function unreachableScene(count: number): Promise<AttemptScene> {
  const scene = new AttemptScene();
  await scene.start();
  scene.transport.last.refuse();
  await settle();
  scene.invoker.release(orders(scene, 2, count));
  await settle();
  return scene;
}

test('while an endpoint cannot be reached one attempt at a time is made, and only those who tried are told', async () => {
  const scene = await unreachableScene(1_000);
  expect(scene.transport.streams).toHaveLength(1);

  for (let probe = 0; probe < 5; probe++) {
    await scene.clock.advance(20_000);
    scene.transport.last.refuse();
    await settle();
  }

  expect(numbersOf(scene.transport.streams)).toEqual([1, 2, 3, 4, 5, 6].map(invocationNumber));
  expect(scene.partition.commands).toHaveLength(6);
  expect(scene.partition.failed.every(({ failure }) => failure.code === 'ENDPOINT_UNREACHABLE')).toBe(true);
  expect(scene.invoker.load).toEqual({ open: 0, queued: 995, draining: 0 });
});

test('what waits for an endpoint is said with the time, the last error and the next probe', async () => {
  const scene = await unreachableScene(3);
  const order = scene.order();

  expect(scene.invoker.isWaiting(invocationNumber(2))).toBe(true);
  expect(scene.invoker.findHold(order.pin.deployment)).toEqual({
    waiting: 3,
    unreachable: {
      since: scene.clock.now(),
      failures: 1,
      nextProbeAt: scene.clock.now() + firstWaitMs,
      lastError: 'could not be reached: connect ECONNREFUSED 127.0.0.1:9080.',
    },
  });
  expect(scene.invoker.findHold(otherDeploymentId)).toBeUndefined();
});

test('when the endpoint is back everything that waits runs, in order, without an act', async () => {
  const scene = await unreachableScene(100);
  await scene.clock.advance(firstWaitMs);

  for (let answered = 1; answered < scene.transport.streams.length; answered++) {
    scene.transport.streams[answered]?.answer().send(end).end();
    await settle();
  }

  expect(numbersOf(scene.transport.streams)).toEqual(Array.from({ length: 101 }, (_, n) => invocationNumber(n + 1)));
  expect(scene.invoker.load).toEqual({ open: 0, queued: 0, draining: 0 });
  expect(scene.clock.pending).toBe(0);
});

test('after the endpoint was reached its attempts come in doublings', async () => {
  const scene = await unreachableScene(100);
  await scene.clock.advance(firstWaitMs);
  const opened: number[] = [];
  for (let round = 0; round < 5; round++) {
    const waiting = scene.transport.streams.slice(1).filter((stream) => !stream.connected);
    opened.push(waiting.length);
    for (const stream of waiting) stream.answer();
    await settle();
  }

  expect(opened).toEqual([1, 2, 4, 8, 16]);
});

test('an endpoint that takes the connection and keeps it counts as reached, however long its handler is silent', async () => {
  const scene = await unreachableScene(100);
  await scene.clock.advance(firstWaitMs);
  await scene.clock.advance(5_000);
  expect(scene.transport.streams).toHaveLength(2);

  scene.transport.last.connected = true;
  await scene.clock.advance(1_000);

  expect(scene.transport.streams).toHaveLength(4);
});

test('a stream that breaks before its response holds the others back, one that breaks within it does not', async () => {
  const scene = new AttemptScene();
  scene.invoker.release(orders(scene, 1, 1));
  await settle();
  scene.transport.last.answer().break();
  scene.invoker.release(orders(scene, 2, 1));
  await settle();
  expect(scene.transport.streams).toHaveLength(2);

  await scene.clock.advance(1);
  scene.invoker.release(orders(scene, 3, 1));
  await settle();
  scene.transport.last.break();
  scene.invoker.release(orders(scene, 4, 1));
  await settle();

  expect(scene.transport.streams).toHaveLength(3);
  await scene.clock.advance(firstWaitMs);
  expect(scene.transport.streams).toHaveLength(4);
});

test('an answer that is an error keeps nobody waiting: the endpoint was reached', async () => {
  const scene = new AttemptScene();
  await scene.start();
  scene.transport.last.answer({ status: 500 }).end();
  scene.invoker.release(orders(scene, 2, 3));
  await settle();

  expect(scene.transport.streams).toHaveLength(4);
});

test('a gateway that cannot reach the endpoint holds the others back', async () => {
  const scene = new AttemptScene();
  await scene.start();
  scene.transport.last.answer({ status: 502 }).end();
  scene.invoker.release(orders(scene, 2, 3));
  await settle();

  expect(scene.transport.streams).toHaveLength(1);
  expect(scene.partition.failed[0]?.failure.code).toBe('ENDPOINT_UNREACHABLE');
});

test('another deployment is served as if nothing had happened', async () => {
  const scene = await unreachableScene(10_000);
  scene.invoker.release(ordersOfOther(scene, 20_000, 700));
  await settle();

  expect(scene.transport.streams).toHaveLength(701);
});

test('attempts that wait are not asked to make room for orders that could not use it', async () => {
  const scene = await unreachableScene(10);
  const sleep = encodeCommand({ kind: 'sleep', name: '', wakeUpAt: 1, completionId: 1 });
  scene.invoker.release(ordersOfOther(scene, 20_000, 3));
  await settle();
  for (const stream of scene.transport.streams.slice(1)) stream.answer().send(sleep);

  await scene.clock.advance(firstWaitMs - 1);

  expect(scene.transport.streams.slice(1).some((stream) => stream.halfClosed)).toBe(false);
});

test('who is killed while it waits for an endpoint is never attempted', async () => {
  const scene = await unreachableScene(2);
  const { epoch } = scene.order();
  scene.invoker.release([{ kind: 'stopAttempt', invocation: invocationNumber(2), createdAt: 0, epoch, how: 'abort' }]);
  await scene.clock.advance(firstWaitMs);

  expect(numbersOf(scene.transport.streams)).toEqual([1, 3].map(invocationNumber));
  expect(scene.partition.commands).toHaveLength(1);
});

test('who is paused while it waits for an endpoint is paused at once', async () => {
  const scene = await unreachableScene(2);
  const invocation = invocationNumber(2);
  scene.invoker.release([{ kind: 'stopAttempt', invocation, createdAt: 0, epoch: 1, how: 'suspend' }]);

  expect(scene.partition.commands.at(-1)).toEqual({ kind: 'withdrawAttempt', invocation, createdAt: 0, epoch: 1 });
  await scene.clock.advance(firstWaitMs);
  expect(numbersOf(scene.transport.streams)).toEqual([1, 3].map(invocationNumber));
});

test('a probe that is killed leaves its turn to the next at once', async () => {
  const scene = await unreachableScene(2);
  await scene.clock.advance(firstWaitMs);
  scene.invoker.release([
    { kind: 'stopAttempt', invocation: invocationNumber(2), createdAt: 0, epoch: 1, how: 'abort' },
  ]);
  await settle();

  expect(numbersOf(scene.transport.streams)).toEqual([1, 2, 3].map(invocationNumber));
});

test('when the partition restarts nothing waits any more, and what it orders then waits for the same probe', async () => {
  const scene = await unreachableScene(5);
  scene.invoker.resetAll();
  expect(scene.clock.pending).toBe(0);

  scene.invoker.release(orders(scene, 2, 5).map((order) => ({ ...order, epoch: 2 })));
  await settle();
  expect(scene.transport.streams).toHaveLength(1);
  await scene.clock.advance(firstWaitMs);

  expect(scene.transport.streams).toHaveLength(2);
});

test('attempts that hang take the share of their deployment and leave places to others', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 100 } });
  scene.invoker.release(orders(scene, 1, 1_000));
  await scene.clock.advance(10_000);
  expect(scene.invoker.load).toEqual({ open: 51, queued: 949, draining: 0 });

  scene.invoker.release(ordersOfOther(scene, 20_000, 10));
  await settle();

  expect(scene.transport.streams).toHaveLength(61);
});

test('a deployment with a single order gets the next place, however many another one has queued', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 2 } });
  scene.invoker.release([...orders(scene, 1, 100), ...ordersOfOther(scene, 20_000, 1)]);
  await settle();

  scene.transport.streams[0]?.answer().send(end).end();
  await settle();
  scene.transport.streams[1]?.answer().send(end).end();
  await settle();

  expect(numbersOf(scene.transport.streams).slice(2)).toContain(invocationNumber(20_000));
});
