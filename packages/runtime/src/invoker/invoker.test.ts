import {
  concatFrames,
  decodeRuntimeMessage,
  encodeAwaitingOn,
  encodeCommand,
  encodeEnd,
  encodeNotification,
  encodeProposeRunCompletion,
  encodeSuspension,
} from '@holdfast/protocol';
import { expect, test } from 'vitest';
import type { StartAttempt } from '../engine/effect.ts';
import { AttemptScene, invocationNumber } from './attempt-scene.ts';
import { settle } from './manual-clock.ts';
import type { ScriptedStream } from './scripted-stream.ts';

const end = concatFrames([
  encodeCommand({ kind: 'output', name: '', result: { kind: 'success', value: new Uint8Array(0) } }),
  encodeEnd(),
]);
const suspension = encodeSuspension({ completions: [1], signals: [1], namedSignals: [] }, 6);
const run = encodeCommand({ kind: 'run', name: '', completionId: 1 });
const notification = encodeNotification({
  kind: 'notification',
  of: 'sleep',
  id: { kind: 'completion', id: 1 },
  result: { kind: 'void' },
});

function orders(scene: AttemptScene, ...numbers: readonly number[]): StartAttempt[] {
  return numbers.map((number) => scene.order({ invocation: invocationNumber(number) }));
}

function invocationsOf(streams: readonly ScriptedStream[]): readonly (string | undefined)[] {
  return streams.map((stream) => stream.request.headers['x-restate-invocation-id']);
}

test('no more attempts than allowed are open, and the others follow in the order they came', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 2 } });
  scene.invoker.release(orders(scene, 1, 2, 3, 4));
  await settle();
  expect(scene.invoker.load).toEqual({ open: 2, queued: 2, draining: 0 });

  scene.transport.streams[1]?.answer().send(end).end();
  await settle();
  scene.transport.streams[0]?.answer().send(end).end();
  await settle();

  expect(invocationsOf(scene.transport.streams)).toEqual([1, 2, 3, 4].map((number) => invocationNumber(number)));
});

test('a terminal message frees the place; the stream may still drain', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 1 } });
  scene.invoker.release(orders(scene, 1, 2));
  await settle();

  scene.transport.last.answer().send(end);
  await settle();

  expect(scene.invoker.load).toEqual({ open: 1, queued: 0, draining: 1 });
});

test('what is appended while an attempt waits for a place becomes part of its replay', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 1 } });
  const [first, second] = orders(scene, 1, 2);
  if (first === undefined || second === undefined) throw new Error('Two orders were made.');
  scene.invoker.release([first, second]);
  await settle();

  scene.journal.push(notification);
  scene.invoker.release([
    { kind: 'notify', invocation: second.invocation, createdAt: 0, epoch: 1, index: 1, frame: notification },
  ]);
  scene.transport.last.answer().send(end).end();
  await settle();

  const [frame] = scene.transport.last.frames;
  expect(frame && decodeRuntimeMessage(frame)).toMatchObject({ kind: 'start', knownEntries: 2 });
  expect(scene.transport.last.sent).toEqual(['start', 'replay input', 'sleep notification']);
});

test('an attempt that is aborted while it waits for a place never opens', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 1 } });
  scene.invoker.release(orders(scene, 1, 2, 3));
  await settle();

  scene.invoker.release([
    { kind: 'stopAttempt', invocation: invocationNumber(2), createdAt: 0, epoch: 1, how: 'abort' },
  ]);
  scene.transport.last.answer().send(end).end();
  await settle();

  expect(invocationsOf(scene.transport.streams)).toEqual([invocationNumber(1), invocationNumber(3)]);
});

test('an attempt that is to pause while it waits for a place is withdrawn at once and never opens', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 1 } });
  const [first, second] = orders(scene, 1, 2);
  if (first === undefined || second === undefined) throw new Error('Two orders were made.');
  scene.invoker.release([first, second]);
  await settle();
  const { invocation, createdAt, epoch } = second;
  scene.invoker.release([{ kind: 'stopAttempt', invocation, createdAt, epoch, how: 'suspend' }]);

  scene.transport.last.answer().send(end).end();
  await settle();

  expect(scene.partition.commands).toContainEqual({ kind: 'withdrawAttempt', invocation, createdAt: 0, epoch });
  expect(invocationsOf(scene.transport.streams)).toEqual([first.invocation]);
});

test('parents that wait for children let the children in', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 2, yieldAfterMs: 100 } });
  scene.invoker.release(orders(scene, 1, 2));
  await settle();
  const [parent] = scene.transport.streams;
  parent?.answer().send(encodeCommand({ kind: 'sleep', name: '', wakeUpAt: 1, completionId: 1 }));
  await scene.clock.advance(50);
  scene.transport.streams[1]?.answer().send(encodeCommand({ kind: 'sleep', name: '', wakeUpAt: 1, completionId: 1 }));
  await settle();

  scene.invoker.release(orders(scene, 3));
  await scene.clock.advance(100);
  expect(scene.transport.streams.map((stream) => stream.halfClosed)).toEqual([true, false]);
  parent?.send(suspension).end();
  await settle();

  expect(invocationsOf(scene.transport.streams).at(-1)).toBe(invocationNumber(3));
});

test('an attempt whose step is executing is not asked to make room', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 1, yieldAfterMs: 100 } });
  scene.invoker.release(orders(scene, 1, 2));
  await settle();
  scene.transport.last.answer().send(run);

  await scene.clock.advance(10_000);
  expect(scene.transport.last.halfClosed).toBe(false);
  scene.transport.last.send(
    encodeProposeRunCompletion({ completionId: 1, result: { kind: 'success', value: new Uint8Array(0) } }),
  );
  await scene.clock.advance(200);

  expect(scene.transport.last.halfClosed).toBe(true);
});

test('an attempt with messages on their way to the disk is not asked to make room', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 1, yieldAfterMs: 100 } });
  scene.invoker.release(orders(scene, 1, 2));
  await settle();
  scene.partition.holding = true;
  scene.transport.last.answer().send(encodeCommand({ kind: 'sleep', name: '', wakeUpAt: 1, completionId: 1 }));

  await scene.clock.advance(1_000);
  expect(scene.transport.last.halfClosed).toBe(false);
  scene.partition.releaseHeld();
  await settle();
  await scene.clock.advance(100);

  expect(scene.transport.last.halfClosed).toBe(true);
});

test('a handler that says it waits makes room before one that is only silent', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 2, yieldAfterMs: 100 } });
  const pin = { ...scene.order().pin, protocolVersion: 7 } as const;
  scene.invoker.release(orders(scene, 1, 2, 3).map((order) => ({ ...order, pin })));
  await settle();

  await scene.clock.advance(90);
  const hint = encodeAwaitingOn({ completions: [1], signals: [1], namedSignals: [], executingSideEffects: false });
  scene.transport.streams[1]?.answer().send(hint);
  await scene.clock.advance(10);

  expect(scene.transport.streams.map((stream) => stream.halfClosed)).toEqual([false, true]);
});

test('an endpoint that has not come to an attempt yet is given time, however many others wait', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 2, yieldAfterMs: 100 } });
  scene.invoker.release(orders(scene, 1, 2, 3, 4));
  await settle();

  for (let answered = 0; answered < 10; answered++) {
    await scene.clock.advance(300);
    // Busy with the stream that was opened first, and answering nothing that was sent later.
    scene.transport.streams[0]?.answer().send(encodeCommand({ kind: 'clearAllState', name: '' }));
  }

  expect(scene.transport.streams[1]?.halfClosed).toBe(false);
});

test('a handler that is silent while its endpoint answers what was sent later makes room', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 2, yieldAfterMs: 100 } });
  scene.invoker.release(orders(scene, 1, 2, 3, 4));
  await scene.clock.advance(10);
  scene.transport.streams[0]?.answer().send(run);
  await scene.clock.advance(190);

  scene.transport.streams[0]?.send(end).end();
  await settle();
  scene.transport.last.answer().send(run);
  await scene.clock.advance(100);

  expect(scene.transport.streams.map((stream) => stream.halfClosed)).toEqual([true, true, false]);
});

test('handlers that are all silent make room in the end', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 2, yieldAfterMs: 100 } });
  scene.invoker.release(orders(scene, 1, 2, 3));

  await scene.clock.advance(900);
  expect(scene.transport.streams.map((stream) => stream.halfClosed)).toEqual([false, false]);
  await scene.clock.advance(200);

  expect(scene.transport.streams.filter((stream) => stream.halfClosed)).toHaveLength(1);
});

test('a handler that says it waits for the acknowledgement of its own step is not asked to make room', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 1, yieldAfterMs: 100 } });
  const pin = { ...scene.order().pin, protocolVersion: 7 } as const;
  scene.invoker.release(orders(scene, 1, 2).map((order) => ({ ...order, pin })));
  await settle();
  const proposal = encodeProposeRunCompletion({
    completionId: 1,
    result: { kind: 'success', value: new Uint8Array(0) },
  });
  const hint = encodeAwaitingOn({ completions: [1], signals: [1], namedSignals: [], executingSideEffects: false });
  scene.transport.last.answer().send(concatFrames([run, proposal]));
  await scene.clock.advance(90);

  scene.transport.last.send(hint);
  await scene.clock.advance(10);

  expect(scene.transport.last.halfClosed).toBe(false);
});

test('a handler that says it executes a step of its replay is not asked to make room', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 1, yieldAfterMs: 100 } });
  const pin = { ...scene.order().pin, protocolVersion: 7 } as const;
  scene.invoker.release(orders(scene, 1, 2).map((order) => ({ ...order, pin })));
  await settle();

  const hint = encodeAwaitingOn({ completions: [1], signals: [1], namedSignals: [], executingSideEffects: true });
  scene.transport.last.answer().send(hint);
  await scene.clock.advance(10_000);

  expect(scene.transport.last.halfClosed).toBe(false);
});

test('no attempt is asked to suspend while there are places', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 6, yieldAfterMs: 100 } });
  scene.invoker.release(orders(scene, 1, 2, 3));

  await scene.clock.advance(10_000);

  expect(scene.transport.streams.some((stream) => stream.halfClosed)).toBe(false);
});

test('effects of another epoch than the open one are dropped', async () => {
  const scene = new AttemptScene();
  const order = await scene.start({ epoch: 2 });

  scene.invoker.release([
    { kind: 'notify', invocation: order.invocation, createdAt: 0, epoch: 1, index: 1, frame: notification },
    { kind: 'stopAttempt', invocation: order.invocation, createdAt: 0, epoch: 1, how: 'abort' },
    { ...order, epoch: 1 },
  ]);
  await settle();

  expect(scene.transport.streams).toHaveLength(1);
  expect(scene.transport.last.writes).toHaveLength(1);
  expect(scene.transport.last.wasReset).toBe(false);
});

test('an order of the next life of an id ends the stream of the earlier life, whose epochs had gone further', async () => {
  const scene = new AttemptScene();
  const order = await scene.start({ epoch: 3 });

  scene.invoker.release([{ ...order, createdAt: 1_000, epoch: 1 }]);
  await settle();
  scene.transport.streams[0]?.send(run);
  scene.transport.last.answer().send(run);

  expect(scene.transport.streams.map((stream) => stream.wasReset)).toEqual([true, false]);
  expect(scene.partition.advances).toMatchObject([{ createdAt: 1_000, epoch: 1 }]);
});

test('an order with a later epoch ends the stream of the earlier one', async () => {
  const scene = new AttemptScene();
  const order = await scene.start();

  scene.invoker.release([{ ...order, epoch: 2 }]);
  await settle();
  scene.transport.streams[0]?.send(run);

  expect(scene.transport.streams.map((stream) => stream.wasReset)).toEqual([true, false]);
  expect(scene.partition.commands).toEqual([]);
});

test('when the partition restarts, nothing of before reaches it and nothing waits for a place any more', async () => {
  const scene = new AttemptScene({ limits: { attemptsMax: 2 } });
  scene.invoker.release(orders(scene, 1, 2, 3));
  await settle();

  scene.invoker.resetAll();
  for (const stream of scene.transport.streams) stream.send(end).break();
  await scene.clock.advance(600_000);

  expect(scene.transport.streams.map((stream) => stream.wasReset)).toEqual([true, true]);
  expect(scene.partition.commands).toEqual([]);
  expect(scene.invoker.load).toEqual({ open: 0, queued: 0, draining: 0 });
  expect(scene.clock.pending).toBe(0);
});

test('closing asks every attempt to suspend and takes what they still say', async () => {
  const scene = new AttemptScene();
  scene.invoker.release(orders(scene, 1));
  await settle();

  const closed = scene.invoker.close(3_000);
  expect(scene.transport.last.halfClosed).toBe(true);
  scene.transport.last.answer().send(suspension).end();
  await closed;

  expect(scene.partition.advances).toHaveLength(1);
  expect(scene.transport.last.wasReset).toBe(false);
  expect(scene.clock.pending).toBe(0);
});

test('closing does not wait for a handler for ever, and reports no failure for it', async () => {
  const scene = new AttemptScene();
  scene.invoker.release(orders(scene, 1));
  await settle();

  const closed = scene.invoker.close(3_000);
  await scene.clock.advance(3_000);
  await closed;
  scene.invoker.release(orders(scene, 2));
  await settle();

  expect(scene.transport.streams.map((stream) => stream.wasReset)).toEqual([true]);
  expect(scene.partition.commands).toEqual([]);
});

test('work whose deployment is not registered any more fails without counting', async () => {
  const scene = new AttemptScene();
  scene.known = false;

  const order = await scene.start();

  expect(scene.transport.streams).toEqual([]);
  expect(scene.partition.failed).toMatchObject([
    { invocation: order.invocation, counts: false, failure: { code: 'DEPLOYMENT_GONE' } },
  ]);
});

test('work for a handler that its deployment does not serve fails by name', async () => {
  const scene = new AttemptScene();

  await scene.start({ target: { ...scene.order().target, handler: 'wave' } });

  expect(scene.partition.failed[0]?.failure).toMatchObject({
    code: 'HANDLER_GONE',
    message: expect.stringContaining('does not serve Greeter/wave.'),
  });
});
