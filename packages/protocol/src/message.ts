/**
 * The messages of the service protocol V5, V6 and V7 as plain data: one superset, gated by version where layouts differ.
 * Field meaning and numbering: restate service protocol, sections 4.2 to 4.6. Payloads are opaque bytes throughout.
 */

/** Outcome of anything that can fail terminally. `metadata` is legal from V6 on. */
export type Result =
  | { readonly kind: 'success'; readonly value: Uint8Array }
  | { readonly kind: 'failure'; readonly failure: Failure };

export interface Failure {
  /** HTTP-like code; 0 is not sent. */
  readonly code: number;
  readonly message: string;
  readonly metadata: readonly (readonly [key: string, value: string])[];
}

export interface Header {
  readonly key: string;
  readonly value: string;
}

/** What a notification carries. `void` also stands for "absent", "still open", "not ready". */
export type NotificationResult =
  | { readonly kind: 'void' }
  | Result
  | { readonly kind: 'invocationId'; readonly invocationId: string }
  | { readonly kind: 'stateKeys'; readonly keys: readonly Uint8Array[] };

export type NotificationId =
  | { readonly kind: 'completion'; readonly id: number }
  | { readonly kind: 'signal'; readonly id: number }
  | { readonly kind: 'namedSignal'; readonly name: string };

/** What AttachInvocation and GetInvocationOutput point at. Scopes are decoded and refused, as in calls. */
export type InvocationReference =
  | { readonly kind: 'invocation'; readonly id: string }
  | {
      readonly kind: 'idempotent';
      readonly service: string;
      readonly key?: string;
      readonly handler: string;
      readonly idempotencyKey: string;
      readonly scope?: string;
    }
  | { readonly kind: 'workflow'; readonly name: string; readonly key: string; readonly scope?: string };

/** Fields shared by Call and OneWayCall. Scopes and limit keys are decoded and refused: flow control is not supported. */
export interface CallTarget {
  readonly service: string;
  readonly handler: string;
  /** Empty for services without keys. */
  readonly key: string;
  readonly parameter: Uint8Array;
  readonly headers: readonly Header[];
  readonly idempotencyKey?: string;
  readonly scope?: string;
  readonly limitKey?: string;
  /** Completion id that receives the invocation id of the callee. */
  readonly invocationIdCompletionId: number;
}

/** A command of the journal. `name` is the label the author gave, empty when none. */
export type Command =
  | { readonly kind: 'input'; readonly name: string; readonly headers: readonly Header[]; readonly value: Uint8Array }
  | { readonly kind: 'output'; readonly name: string; readonly result: Result }
  | { readonly kind: 'getLazyState'; readonly name: string; readonly key: Uint8Array; readonly completionId: number }
  | { readonly kind: 'setState'; readonly name: string; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: 'clearState'; readonly name: string; readonly key: Uint8Array }
  | { readonly kind: 'clearAllState'; readonly name: string }
  | { readonly kind: 'getLazyStateKeys'; readonly name: string; readonly completionId: number }
  | { readonly kind: 'getEagerState'; readonly name: string; readonly key: Uint8Array; readonly value?: Uint8Array }
  | { readonly kind: 'getEagerStateKeys'; readonly name: string; readonly keys: readonly Uint8Array[] }
  | { readonly kind: 'getPromise'; readonly name: string; readonly key: string; readonly completionId: number }
  | { readonly kind: 'peekPromise'; readonly name: string; readonly key: string; readonly completionId: number }
  | {
      readonly kind: 'completePromise';
      readonly name: string;
      readonly key: string;
      readonly result: Result;
      readonly completionId: number;
    }
  | {
      readonly kind: 'sleep';
      readonly name: string;
      /** Epoch ms. */ readonly wakeUpAt: number;
      readonly completionId: number;
    }
  | ({ readonly kind: 'call'; readonly name: string; readonly completionId: number } & CallTarget)
  | ({
      readonly kind: 'oneWayCall';
      readonly name: string;
      /** Epoch ms; 0 or past = now. */ readonly invokeAt: number;
    } & CallTarget)
  | {
      readonly kind: 'sendSignal';
      readonly name: string;
      readonly target: string;
      readonly signal:
        | { readonly kind: 'signal'; readonly id: number }
        | { readonly kind: 'namedSignal'; readonly name: string };
      readonly result: { readonly kind: 'void' } | Result;
    }
  | { readonly kind: 'run'; readonly name: string; readonly completionId: number }
  | {
      readonly kind: 'attachInvocation';
      readonly name: string;
      readonly target: InvocationReference;
      readonly completionId: number;
    }
  | {
      readonly kind: 'getInvocationOutput';
      readonly name: string;
      readonly target: InvocationReference;
      readonly completionId: number;
    }
  | {
      readonly kind: 'completeAwakeable';
      readonly name: string;
      readonly awakeableId: string;
      readonly result: Result;
    };

export type CommandKind = Command['kind'];

/** The journal form of a result. `of` names the notification's wire type (`signal` for 0xFBFF). */
export interface Notification {
  readonly kind: 'notification';
  readonly of: NotificationKind;
  readonly id: NotificationId;
  readonly result: NotificationResult;
}

export type NotificationKind =
  | 'getLazyState'
  | 'getLazyStateKeys'
  | 'getPromise'
  | 'peekPromise'
  | 'completePromise'
  | 'sleep'
  | 'call'
  | 'callInvocationId'
  | 'run'
  | 'attachInvocation'
  | 'getInvocationOutput'
  | 'signal';

export interface Start {
  readonly kind: 'start';
  /** The 24 raw bytes of the invocation id. */
  readonly id: Uint8Array;
  readonly debugId: string;
  /** Commands plus notifications that follow; at least 1. */
  readonly knownEntries: number;
  readonly state: readonly (readonly [key: Uint8Array, value: Uint8Array])[];
  readonly partialState: boolean;
  readonly key: string;
  readonly retryCountSinceLastStoredEntry: number;
  readonly durationSinceLastStoredEntryMs: number;
  /** Unsigned 64 bit. */
  readonly randomSeed: bigint;
  readonly idempotencyKey?: string;
}

/** What a suspended invocation waits for; any of them wakes it. Await trees of V7 are flattened to their leaves. */
export interface AwaitSet {
  readonly completions: readonly number[];
  readonly signals: readonly number[];
  readonly namedSignals: readonly string[];
}

export type Suspension = { readonly kind: 'suspension' } & AwaitSet;

export interface ErrorMessage {
  readonly kind: 'error';
  readonly code: number;
  readonly message: string;
  readonly stacktrace: string;
  readonly relatedCommandIndex?: number;
  readonly relatedCommandName?: string;
  readonly relatedCommandType?: number;
  readonly nextRetryDelayMs?: number;
  /** V7; the default is `retry`. */
  readonly behavior: 'retry' | 'pause' | 'fail';
}

export interface ProposeRunCompletion {
  readonly kind: 'proposeRunCompletion';
  readonly completionId: number;
  readonly result: Result;
}

/** Everything an endpoint may send. Any other type code ends the attempt. */
export type EndpointMessage =
  | { readonly kind: 'command'; readonly command: Command }
  | ProposeRunCompletion
  | Suspension
  | ErrorMessage
  | { readonly kind: 'end' }
  | ({ readonly kind: 'awaitingOn'; readonly executingSideEffects: boolean } & AwaitSet);

/** Everything the runtime sends, besides replayed command frames that are stored as received. */
export type RuntimeMessage =
  | Start
  | Notification
  | { readonly kind: 'commandAck'; readonly commandIndex: number }
  | { readonly kind: 'proposeRunCompletionAck'; readonly completionId: number };

export type ProtocolVersion = 5 | 6 | 7;
