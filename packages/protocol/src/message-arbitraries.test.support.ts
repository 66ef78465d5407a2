/** Arbitrary messages of every kind, for the round-trip and damage properties. */
import * as fc from 'fast-check';
import type {
  AwaitSet,
  CallTarget,
  Command,
  ErrorMessage,
  Failure,
  Header,
  InvocationReference,
  Notification,
  NotificationId,
  NotificationKind,
  NotificationResult,
  ProposeRunCompletion,
  Result,
  Start,
} from './index.ts';

type ResultKind = NotificationResult['kind'];

// Every code point, the byte-order mark and NUL included; unpaired surrogates have no UTF-8.
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('\ufeffmark', '\0', 'é'.repeat(80), 'x'.repeat(300)),
);
const someText = text.filter((value) => value !== '');
const bytes = fc.uint8Array({ maxLength: 200 });
const id = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 0xffff_ffff }));
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const time = fc.oneof(fc.constant(0), fc.maxSafeNat());
const name = fc.oneof(fc.constant(''), text);

const failure: fc.Arbitrary<Failure> = fc.record({
  code: uint32,
  message: text,
  metadata: fc.array(fc.tuple(text, text), { maxLength: 3 }),
});
const result: fc.Arbitrary<Result> = fc.oneof(
  fc.record({ kind: fc.constant('success' as const), value: bytes }),
  fc.record({ kind: fc.constant('failure' as const), failure }),
);
const nothing = fc.constant({ kind: 'void' as const });
const headers: fc.Arbitrary<Header[]> = fc.array(fc.record({ key: text, value: text }), { maxLength: 4 });
const keys = fc.array(bytes, { maxLength: 4 });

const callTarget: fc.Arbitrary<CallTarget> = fc.record(
  {
    service: someText,
    handler: someText,
    key: text,
    parameter: bytes,
    headers,
    idempotencyKey: someText,
    invocationIdCompletionId: fc.integer({ min: 1, max: 1000 }),
  },
  { requiredKeys: ['service', 'handler', 'key', 'parameter', 'headers', 'invocationIdCompletionId'] },
);

const reference: fc.Arbitrary<InvocationReference> = fc.oneof(
  fc.record({ kind: fc.constant('invocation' as const), id: text }),
  fc.record({ kind: fc.constant('workflow' as const), name: someText, key: text }),
  fc.record(
    {
      kind: fc.constant('idempotent' as const),
      service: someText,
      key: text,
      handler: someText,
      idempotencyKey: someText,
    },
    { requiredKeys: ['kind', 'service', 'handler', 'idempotencyKey'] },
  ),
);

type Fields<K extends Command['kind']> = {
  [F in keyof Omit<Extract<Command, { kind: K }>, 'kind'>]: fc.Arbitrary<Extract<Command, { kind: K }>[F]>;
};

function command<K extends Command['kind']>(kind: K, fields: Omit<Fields<K>, 'name'>): fc.Arbitrary<Command> {
  // fc.record loses the correlation between the kind and its fields, which Fields<K> has just checked.
  return fc.record({ kind: fc.constant(kind), name, ...fields }) as unknown as fc.Arbitrary<Command>;
}

export const anyInput: fc.Arbitrary<Command> = command('input', { headers, value: bytes });

/** Every command that an endpoint may send. */
export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  command('output', { result }),
  command('getLazyState', { key: bytes, completionId: id }),
  command('setState', { key: bytes, value: bytes }),
  command('clearState', { key: bytes }),
  command('clearAllState', {}),
  command('getLazyStateKeys', { completionId: id }),
  fc.record(
    { kind: fc.constant('getEagerState' as const), name, key: bytes, value: bytes },
    { requiredKeys: ['kind', 'name', 'key'] },
  ),
  command('getEagerStateKeys', { keys }),
  command('getPromise', { key: text, completionId: id }),
  command('peekPromise', { key: text, completionId: id }),
  command('completePromise', { key: text, result, completionId: id }),
  command('sleep', { wakeUpAt: time, completionId: id }),
  fc
    .tuple(name, fc.integer({ min: 1001, max: 0xffff_ffff }), callTarget)
    .map(([name, completionId, target]): Command => ({ kind: 'call', name, completionId, ...target })),
  fc
    .tuple(name, time, callTarget)
    .map(([name, invokeAt, target]): Command => ({ kind: 'oneWayCall', name, invokeAt, ...target })),
  command('sendSignal', {
    target: someText,
    signal: fc.oneof(
      fc.record({ kind: fc.constant('signal' as const), id }),
      fc.record({ kind: fc.constant('namedSignal' as const), name: text }),
    ),
    result: fc.oneof(nothing, result),
  }),
  command('run', { completionId: id }),
  command('attachInvocation', { target: reference, completionId: id }),
  command('getInvocationOutput', { target: reference, completionId: id }),
  command('completeAwakeable', { awakeableId: someText, result }),
);

const resultsOf: { readonly [K in NotificationKind]: readonly ResultKind[] } = {
  getLazyState: ['void', 'success'],
  getLazyStateKeys: ['stateKeys'],
  getPromise: ['success', 'failure'],
  peekPromise: ['void', 'success', 'failure'],
  completePromise: ['void', 'failure'],
  sleep: ['void'],
  call: ['success', 'failure'],
  callInvocationId: ['invocationId'],
  run: ['success', 'failure'],
  attachInvocation: ['success', 'failure'],
  getInvocationOutput: ['void', 'success', 'failure'],
  signal: ['void', 'success', 'failure'],
};

const anyResult: fc.Arbitrary<NotificationResult> = fc.oneof(
  nothing,
  result,
  fc.record({ kind: fc.constant('invocationId' as const), invocationId: text }),
  fc.record({ kind: fc.constant('stateKeys' as const), keys }),
);

const signalId: fc.Arbitrary<NotificationId> = fc.oneof(
  fc.record({ kind: fc.constant('signal' as const), id }),
  fc.record({ kind: fc.constant('namedSignal' as const), name: text }),
);

export const anyNotification: fc.Arbitrary<Notification> = fc
  .constantFrom(...(Object.keys(resultsOf) as NotificationKind[])) // a closed record
  .chain((of) =>
    fc.record({
      kind: fc.constant('notification' as const),
      of: fc.constant(of),
      id: of === 'signal' ? signalId : fc.record({ kind: fc.constant('completion' as const), id }),
      result: anyResult.filter((candidate) => resultsOf[of].includes(candidate.kind)),
    }),
  );

export const anyStart: fc.Arbitrary<Start> = fc.record(
  {
    kind: fc.constant('start' as const),
    id: fc.uint8Array({ minLength: 24, maxLength: 24 }),
    debugId: text,
    knownEntries: id,
    state: fc.array(fc.tuple(bytes, bytes), { maxLength: 4 }),
    partialState: fc.boolean(),
    key: text,
    retryCountSinceLastStoredEntry: uint32,
    durationSinceLastStoredEntryMs: time,
    randomSeed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    idempotencyKey: text,
  },
  {
    requiredKeys: [
      'kind',
      'id',
      'debugId',
      'knownEntries',
      'state',
      'partialState',
      'key',
      'retryCountSinceLastStoredEntry',
      'durationSinceLastStoredEntryMs',
      'randomSeed',
    ],
  },
);

export const anyAwaitSet: fc.Arbitrary<AwaitSet> = fc
  .record({
    completions: fc.uniqueArray(id, { maxLength: 5 }),
    signals: fc.uniqueArray(id, { maxLength: 5 }),
    namedSignals: fc.uniqueArray(text, { maxLength: 3 }),
  })
  .filter((set) => set.completions.length + set.signals.length + set.namedSignals.length > 0);

export const anyError: fc.Arbitrary<ErrorMessage> = fc.record(
  {
    kind: fc.constant('error' as const),
    code: uint32,
    message: text,
    stacktrace: text,
    relatedCommandIndex: uint32,
    relatedCommandName: text,
    relatedCommandType: uint32,
    nextRetryDelayMs: time,
    behavior: fc.constantFrom('retry' as const, 'pause' as const, 'fail' as const),
  },
  { requiredKeys: ['kind', 'code', 'message', 'stacktrace', 'behavior'] },
);

export const anyProposal: fc.Arbitrary<ProposeRunCompletion> = fc.record({
  kind: fc.constant('proposeRunCompletion' as const),
  completionId: id,
  result,
});
