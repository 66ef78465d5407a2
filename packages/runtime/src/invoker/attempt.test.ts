import {
  concatFrames,
  decodeRuntimeMessage,
  encodeAwaitingOn,
  encodeCommand,
  encodeEnd,
  encodeError,
  encodeNotification,
  encodeProposeRunCompletion,
  encodeSuspension,
  type Start,
} from '@holdfast/protocol';
import { expect, test } from 'vitest';
import type { Notify, StartAttempt } from '../engine/effect.ts';
import { PartitionUnavailable } from '../partition/port.ts';
import { AttemptScene, inputFrame, invocationNumber, keyedTarget } from './attempt-scene.ts';
import { settle } from './manual-clock.ts';
import type { ScriptedStream } from './scripted-stream.ts';

const text = new TextEncoder();
const run = encodeCommand({ kind: 'run', name: 'charge', completionId: 1 });
const runDone = encodeProposeRunCompletion({ completionId: 1, result: { kind: 'success', value: text.encode('7') } });
const output = encodeCommand({ kind: 'output', name: '', result: { kind: 'success', value: text.encode('"ok"') } });
const end = encodeEnd();
const sleep = encodeCommand({ kind: 'sleep', name: '', wakeUpAt: 1_760_000_000_000, completionId: 1 });
const suspension = encodeSuspension({ completions: [1], signals: [1], namedSignals: [] }, 6);

function notification(id: number): Uint8Array {
  return encodeNotification({
    kind: 'notification',
    of: 'sleep',
    id: { kind: 'completion', id },
    result: { kind: 'void' },
  });
}

function notify(order: StartAttempt, index: number): Notify {
  return {
    kind: 'notify',
    invocation: order.invocation,
    createdAt: 0,
    epoch: order.epoch,
    index,
    frame: notification(index),
  };
}

function startOf(stream: ScriptedStream): Start {
  const [frame] = stream.frames;
  const message = frame === undefined ? undefined : decodeRuntimeMessage(frame);
  if (message?.kind !== 'start') throw new Error('The stream does not begin with Start.');
  return message;
}

test('Start and the whole replay are sent before the endpoint has answered', async () => {
  const scene = new AttemptScene({ journal: [inputFrame, sleep, notification(1)] });

  await scene.start();

  expect(scene.transport.last.sent).toEqual(['start', 'replay input', 'replay sleep', 'sleep notification']);
  expect(scene.transport.last.writes).toHaveLength(1);
  expect(scene.transport.last.halfClosed).toBe(false);
});

test('the request names the handler, the protocol version and the invocation', async () => {
  const scene = new AttemptScene();

  const order = await scene.start();

  expect(scene.transport.last.request).toMatchObject({
    path: '/invoke/Greeter/greet',
    headers: {
      'content-type': 'application/vnd.restate.invocation.v6',
      accept: 'application/vnd.restate.invocation.v6',
      'x-restate-invocation-id': order.invocation,
    },
  });
  expect(scene.transport.last.request.headers).not.toHaveProperty('x-restate-service-key');
});

test('Start announces exactly the entries of its order, though the journal has grown since', async () => {
  const scene = new AttemptScene({ journal: [inputFrame, sleep, notification(1)] });

  await scene.start({ journalLength: 2, retryCountSinceLastCommand: 3, retrySince: scene.clock.now() - 1_500 });

  expect(startOf(scene.transport.last)).toMatchObject({
    knownEntries: 2,
    retryCountSinceLastStoredEntry: 3,
    durationSinceLastStoredEntryMs: 1_500,
    randomSeed: 255n,
    partialState: true,
  });
  expect(scene.transport.last.sent).toEqual(['start', 'replay input', 'replay sleep']);
});

test('a keyed handler is told its key, in Start and strictly encoded in a header, with its whole state', async () => {
  const record = { service: 'Cart', key: keyedTarget.key, writtenAt: 0, deployment: new AttemptScene().deployment.id };
  const state = [
    { ...record, name: 'a', value: text.encode('1') },
    { ...record, name: 'b', value: text.encode('2') },
  ];
  const scene = new AttemptScene({ state });

  await scene.start({ target: keyedTarget });

  expect(startOf(scene.transport.last)).toMatchObject({ key: 'a/b c', partialState: false });
  expect(startOf(scene.transport.last).state.map(([name]) => new TextDecoder().decode(name))).toEqual(['a', 'b']);
  expect(scene.transport.last.request.headers['x-restate-service-key']).toBe('a%2Fb%20c');
});

test('state above the limit is sent as far as it fits, and marked as partial', async () => {
  const record = { service: 'Cart', key: keyedTarget.key, writtenAt: 0, deployment: new AttemptScene().deployment.id };
  const state = ['a', 'b', 'c'].map((name) => ({ ...record, name, value: new Uint8Array(40) }));
  const scene = new AttemptScene({ state, limits: { eagerStateBytesMax: 100 } });

  await scene.start({ target: keyedTarget });

  expect(startOf(scene.transport.last).state).toHaveLength(2);
  expect(startOf(scene.transport.last).partialState).toBe(true);
});

test('a handler that reads its state lazily is sent none', async () => {
  const record = { service: 'Cart', key: keyedTarget.key, writtenAt: 0, deployment: new AttemptScene().deployment.id };
  const scene = new AttemptScene({
    state: [{ ...record, name: 'a', value: text.encode('1') }],
    handler: { lazyState: true },
  });

  await scene.start({ target: keyedTarget });

  expect(startOf(scene.transport.last)).toMatchObject({ state: [], partialState: true });
});

test('notifications of one release follow the replay in one write', async () => {
  const scene = new AttemptScene();
  const order = await scene.start();

  scene.invoker.release([notify(order, 1), notify(order, 2)]);

  expect(scene.transport.last.sent.slice(2)).toEqual(['sleep notification', 'sleep notification']);
  expect(scene.transport.last.writes).toHaveLength(2);
});

test('a notification that comes while the replay is being read waits behind it', async () => {
  const scene = new AttemptScene();
  const order = scene.order();

  scene.invoker.release([order, notify(order, 1)]);
  await settle();

  expect(scene.transport.last.sent).toEqual(['start', 'replay input', 'sleep notification']);
});

test('an entry that the replay holds is not sent again', async () => {
  const scene = new AttemptScene({ journal: [inputFrame, sleep, notification(1)] });
  const order = await scene.start();

  scene.invoker.release([notify(order, 2)]);

  expect(scene.transport.last.writes).toHaveLength(1);
});

test('a request-response endpoint has its request closed behind the replay and is told nothing more', async () => {
  const scene = new AttemptScene({ deployment: { protocolMode: 'requestResponse' } });
  const order = await scene.start();

  scene.invoker.release([
    notify(order, 1),
    { kind: 'acknowledgeCommand', invocation: order.invocation, createdAt: 0, epoch: 1, commandIndex: 1 },
  ]);

  expect(scene.transport.last.halfClosed).toBe(true);
  expect(scene.transport.last.writes).toHaveLength(1);
});

test('an inactivity timeout of 0 makes a stream request-response', async () => {
  const scene = new AttemptScene({ handler: { inactivityTimeoutMs: 0 } });

  await scene.start();

  expect(scene.transport.last.halfClosed).toBe(true);
});

test('an acknowledgement that the engine ordered is sent as a frame', async () => {
  const scene = new AttemptScene();
  const order = await scene.start();

  scene.invoker.release([
    { kind: 'acknowledgeCommand', invocation: order.invocation, createdAt: 0, epoch: 1, commandIndex: 4 },
  ]);

  expect(scene.transport.last.sent.at(-1)).toBe('commandAck');
});

test('messages of one read reach the engine together and in order', async () => {
  const scene = new AttemptScene();
  await scene.start();

  scene.transport.last.answer().send(concatFrames([run, runDone]));

  expect(scene.partition.advances).toHaveLength(1);
  expect(scene.partition.advances[0]?.messages).toMatchObject([
    { kind: 'command', command: { kind: 'run', name: 'charge', completionId: 1 }, bytes: run },
    { kind: 'proposeRun', completionId: 1 },
  ]);
});

test('a message that arrives in pieces reaches the engine when it is complete', async () => {
  const scene = new AttemptScene();
  await scene.start();

  const { last } = scene.transport;
  last.answer().send(run.subarray(0, 3), run.subarray(3, 9));
  expect(scene.partition.advances).toEqual([]);
  last.send(run.subarray(9));

  expect(scene.partition.advances[0]?.messages).toMatchObject([{ kind: 'command', bytes: run }]);
});

test('a malformed message fails the attempt; those before it are kept, nothing behind it is read', async () => {
  const scene = new AttemptScene();
  const order = await scene.start();
  const malformed = Uint8Array.from([0x04, 0x0c, 0, 0, 0, 0, 0, 1, 0xff]);

  scene.transport.last.answer().send(concatFrames([run, malformed, runDone]), runDone);

  expect(scene.partition.advances.map((one) => one.messages.length)).toEqual([1]);
  expect(scene.partition.failed).toMatchObject([
    {
      invocation: order.invocation,
      epoch: 1,
      counts: true,
      failure: { code: 'PROTOCOL_VIOLATION', protocolCode: 571 },
    },
  ]);
  expect(scene.transport.last.halfClosed).toBe(true);
});

test('an unknown message type fails the attempt', async () => {
  const scene = new AttemptScene();
  await scene.start();

  scene.transport.last.answer().send(Uint8Array.from([0xfc, 0x01, 0, 0, 0, 0, 0, 0]));

  expect(scene.partition.failed[0]?.failure.code).toBe('PROTOCOL_VIOLATION');
});

test('a message that announces more than the limit fails the attempt before it is read', async () => {
  const scene = new AttemptScene({ limits: { messageBytesMax: 1_000 } });
  await scene.start();

  scene.transport.last.answer().send(Uint8Array.from([0x04, 0x01, 0, 0, 0, 0, 0x10, 0]));

  expect(scene.partition.failed[0]?.failure).toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
});

test('a terminal message closes the request at once, and what comes behind it is ignored', async () => {
  const scene = new AttemptScene();
  await scene.start();

  scene.transport.last.answer().send(concatFrames([output, end, run]), run);

  expect(scene.partition.advances.map((one) => one.messages.map((message) => message.kind))).toEqual([
    ['command', 'end'],
  ]);
  expect(scene.transport.last.halfClosed).toBe(true);
  expect(scene.transport.last.wasReset).toBe(false);
  expect(scene.invoker.load).toEqual({ open: 0, queued: 0, draining: 1 });
});

test('an endpoint that ends its response after a terminal message is not reset', async () => {
  const scene = new AttemptScene();
  await scene.start();

  scene.transport.last
    .answer()
    .send(concatFrames([output, end]))
    .end();
  await scene.clock.advance(60_000);

  expect(scene.transport.last.wasReset).toBe(false);
  expect(scene.partition.failed).toEqual([]);
  expect(scene.invoker.load).toEqual({ open: 0, queued: 0, draining: 0 });
  expect(scene.clock.pending).toBe(0);
});

test('an endpoint that does not end its response within 5 s is reset', async () => {
  const scene = new AttemptScene();
  await scene.start();
  scene.transport.last.answer().send(concatFrames([output, end]));

  await scene.clock.advance(4_999);
  expect(scene.transport.last.wasReset).toBe(false);
  await scene.clock.advance(1);

  expect(scene.transport.last.wasReset).toBe(true);
  expect(scene.partition.failed).toEqual([]);
  expect(scene.clock.pending).toBe(0);
});

test('a suspension tells the engine what the attempt had been sent', async () => {
  const scene = new AttemptScene({ journal: [inputFrame, sleep] });
  const order = await scene.start();
  scene.invoker.release([notify(order, 2)]);

  scene.transport.last.answer().send(suspension);

  expect(scene.partition.advances[0]?.messages).toEqual([
    { kind: 'suspend', awaiting: { completions: [1], signals: [1], namedSignals: [] }, seenThrough: 3 },
  ]);
  expect(scene.transport.last.halfClosed).toBe(true);
});

test('an error of the handler is handed to the engine as it came', async () => {
  const scene = new AttemptScene();
  await scene.start();
  const error = {
    kind: 'error',
    code: 570,
    message: 'mm',
    stacktrace: '',
    relatedCommandIndex: 2,
    behavior: 'retry',
  } as const;

  scene.transport.last.answer().send(encodeError(error));

  expect(scene.partition.advances[0]?.messages).toEqual([{ kind: 'error', error }]);
  expect(scene.partition.failed).toEqual([]);
});

test('a hint about what the handler awaits is not the business of the engine', async () => {
  const scene = new AttemptScene();
  await scene.start({ pin: { ...scene.order().pin, protocolVersion: 7 } });
  const hint = encodeAwaitingOn({ completions: [1], signals: [1], namedSignals: [], executingSideEffects: false });

  scene.transport.last.answer().send(hint);

  expect(scene.partition.commands).toEqual([]);
});

test('a response that ends without a terminal message fails the attempt', async () => {
  const scene = new AttemptScene();
  await scene.start();

  scene.transport.last.answer().send(run).end();

  expect(scene.partition.failed).toMatchObject([{ failure: { code: 'STREAM_ENDED_EARLY' }, counts: true }]);
});

test('a response that ends inside a message fails the attempt', async () => {
  const scene = new AttemptScene();
  await scene.start();

  scene.transport.last.answer().send(run.subarray(0, 5)).end();

  expect(scene.partition.failed[0]?.failure.message).toContain('ended its response inside a message');
});

test('a broken connection fails the attempt, and the failure names the invocation, the deployment and the address', async () => {
  const scene = new AttemptScene();
  const order = await scene.start();

  scene.transport.last.answer().break();

  expect(scene.partition.failed[0]?.failure).toMatchObject({
    code: 'STREAM_LOST',
    message: `Attempt 1 of ${order.invocation}: deployment ${order.pin.deployment} at http://127.0.0.1:9080/base lost the connection: read ECONNRESET.`,
  });
});

test('silence closes the request, which asks for suspension; the handler may still suspend', async () => {
  const scene = new AttemptScene({ handler: { inactivityTimeoutMs: 60_000, abortTimeoutMs: 600_000 } });
  await scene.start();
  scene.transport.last.answer().send(sleep);

  await scene.clock.advance(60_000);
  expect(scene.transport.last.halfClosed).toBe(true);
  scene.transport.last.send(suspension).end();

  expect(scene.partition.advances.at(-1)?.messages).toMatchObject([{ kind: 'suspend' }]);
  expect(scene.partition.failed).toEqual([]);
});

test('anything that moves on the stream begins the inactivity anew', async () => {
  const scene = new AttemptScene({ handler: { inactivityTimeoutMs: 60_000 } });
  const order = await scene.start();

  await scene.clock.advance(50_000);
  scene.transport.last.answer().send(run);
  await scene.clock.advance(50_000);
  scene.invoker.release([notify(order, 1)]);
  await scene.clock.advance(59_999);
  expect(scene.transport.last.halfClosed).toBe(false);
  await scene.clock.advance(1);

  expect(scene.transport.last.halfClosed).toBe(true);
});

test('a handler that neither suspends nor ends after it was asked to is given up', async () => {
  const scene = new AttemptScene({ handler: { inactivityTimeoutMs: 1_000, abortTimeoutMs: 10_000 } });
  await scene.start();
  scene.transport.last.answer();

  await scene.clock.advance(1_000);
  await scene.clock.advance(9_000);
  scene.transport.last.send(run);
  await scene.clock.advance(9_999);
  expect(scene.partition.failed).toEqual([]);
  await scene.clock.advance(1);

  expect(scene.partition.failed).toMatchObject([{ failure: { code: 'ABORT_TIMEOUT' }, counts: true }]);
  await scene.clock.advance(5_000);
  expect(scene.transport.last.wasReset).toBe(true);
});

test('an order to suspend sends what was released before it, then closes the request', async () => {
  const scene = new AttemptScene();
  const order = await scene.start();
  const stop = { kind: 'stopAttempt', invocation: order.invocation, createdAt: 0, epoch: 1, how: 'suspend' } as const;

  scene.invoker.release([notify(order, 1), stop, notify(order, 2)]);

  expect(scene.transport.last.sent).toEqual(['start', 'replay input', 'sleep notification']);
  expect(scene.transport.last.halfClosed).toBe(true);
  expect(scene.transport.last.wasReset).toBe(false);
});

test('an order to abort resets the stream and reports nothing', async () => {
  const scene = new AttemptScene();
  const order = await scene.start();

  scene.invoker.release([{ kind: 'stopAttempt', invocation: order.invocation, createdAt: 0, epoch: 1, how: 'abort' }]);
  scene.transport.last.send(run).break();

  expect(scene.transport.last.wasReset).toBe(true);
  expect(scene.partition.commands).toEqual([]);
  expect(scene.invoker.load).toEqual({ open: 0, queued: 0, draining: 0 });
});

test('an order to abort that comes before the stream is open keeps it from being opened', async () => {
  const scene = new AttemptScene();
  const order = scene.order();

  scene.invoker.release([
    order,
    { kind: 'stopAttempt', invocation: order.invocation, createdAt: 0, epoch: 1, how: 'abort' },
  ]);
  await settle();

  expect(scene.transport.streams).toEqual([]);
});

test('a refused message closes the request and drains; the engine has recorded the failure already', async () => {
  const scene = new AttemptScene();
  const order = await scene.start();
  scene.transport.last.answer().send(run);

  scene.invoker.release([{ kind: 'stopAttempt', invocation: order.invocation, createdAt: 0, epoch: 1, how: 'reject' }]);
  scene.transport.last.send(runDone);
  await scene.clock.advance(5_000);

  expect(scene.partition.commands).toHaveLength(1);
  expect(scene.transport.last.wasReset).toBe(true);
});

test('reading stops while too much is on its way to the disk, and goes on when it is there', async () => {
  const scene = new AttemptScene({ limits: { unacknowledgedBytesMax: 1_000 } });
  await scene.start();
  scene.partition.holding = true;
  const set = encodeCommand({ kind: 'setState', name: '', key: text.encode('k'), value: new Uint8Array(600) });

  scene.transport.last.answer().send(set);
  expect(scene.transport.last.paused).toBe(false);
  scene.transport.last.send(set);
  expect(scene.transport.last.paused).toBe(true);
  scene.partition.releaseHeld();
  await settle();

  expect(scene.transport.last.paused).toBe(false);
});

test('a message that the partition could not take ends the attempt; the failure is reported until it is taken', async () => {
  const scene = new AttemptScene();
  await scene.start();
  const busy = new PartitionUnavailable('OVERLOADED', 'too much');
  scene.partition.failures.push(busy, busy, busy);

  scene.transport.last.answer().send(run);
  await settle();
  scene.transport.last.send(runDone);
  await scene.clock.advance(1_000);

  expect(scene.transport.last.wasReset).toBe(true);
  expect(scene.partition.advances).toHaveLength(1);
  expect(scene.partition.failed).toHaveLength(3);
  expect(scene.partition.failed[0]).toMatchObject({ counts: false, failure: { code: 'RUNTIME_BUSY' } });
  expect(scene.invoker.inboundBytes).toBe(0);
});

test('an attempt whose partition restarts ends without a word: the partition orders another', async () => {
  const scene = new AttemptScene();
  await scene.start();
  scene.partition.failures.push(new PartitionUnavailable('OUTCOME_UNKNOWN', 'restarting'));

  scene.transport.last.answer().send(run);
  await scene.clock.advance(60_000);

  expect(scene.transport.last.wasReset).toBe(true);
  expect(scene.partition.commands).toHaveLength(1);
});

test('an attempt that is cut off gives its memory back at once, though its stream still drains', async () => {
  const scene = new AttemptScene({ limits: { bufferedBytesMax: 800_000 } });
  const begun = encodeCommand({
    kind: 'output',
    name: '',
    result: { kind: 'success', value: new Uint8Array(700_000) },
  });
  await scene.start({ invocation: invocationNumber(1) });
  scene.transport.last.answer().send(begun.subarray(0, 300_000));
  await scene.start({ invocation: invocationNumber(2) });
  scene.transport.last.answer().send(begun.subarray(0, 300_000));
  const [first] = scene.transport.streams;

  first?.send(begun.subarray(300_000, 390_000));

  expect(scene.partition.failed).toMatchObject([
    { invocation: invocationNumber(2), failure: { code: 'RUNTIME_BUSY' }, counts: false },
  ]);
});

test('messages that are too large together are cut off, one by one, and come again without counting', async () => {
  const big = encodeProposeRunCompletion({
    completionId: 1,
    result: { kind: 'success', value: new Uint8Array(300_000) },
  });
  const scene = new AttemptScene({ limits: { bufferedBytesMax: 800_000 } });
  const first = await scene.start({ invocation: invocationNumber(1) });
  scene.transport.last.answer().send(big.subarray(0, 250_000));
  const small = await scene.start({ invocation: invocationNumber(2) });
  scene.transport.last.answer();
  const second = await scene.start({ invocation: invocationNumber(3) });
  scene.transport.last.answer().send(big.subarray(0, 250_000));
  scene.transport.streams[1]?.send(big.subarray(0, 1_000));
  await settle();

  expect(scene.partition.failed).toMatchObject([
    { invocation: second.invocation, counts: false, failure: { code: 'RUNTIME_BUSY' } },
  ]);
  scene.transport.last.end();
  scene.transport.streams[1]?.send(big.subarray(1_000));
  scene.transport.streams[0]?.send(big.subarray(250_000));
  await settle();
  expect(scene.partition.failed).toHaveLength(1);
  expect(scene.partition.advances.map(({ invocation }) => invocation)).toEqual([small.invocation, first.invocation]);
});

test('when all streams together have too much in flight, each stops reading until its own is durable', async () => {
  const step = encodeProposeRunCompletion({
    completionId: 1,
    result: { kind: 'success', value: new Uint8Array(1_000) },
  });
  const scene = new AttemptScene({ limits: { bufferedBytesMax: 3_000 } });
  scene.partition.holding = true;
  for (const number of [1, 2]) await scene.start({ invocation: invocationNumber(number) });
  const [first, second] = scene.transport.streams;

  first?.answer().send(step);
  second?.answer().send(step);
  expect([first?.paused, second?.paused]).toEqual([false, true]);
  scene.partition.releaseHeld();
  await settle();

  expect([first?.paused, second?.paused]).toEqual([false, false]);
});
