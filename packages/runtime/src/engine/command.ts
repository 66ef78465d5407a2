/**
 * Everything that can be asked of the engine. One file per kind in commands/ holds its rule. Commands carry what a pure function
 * may not make: the time, ids and randomness.
 */
import type {
  Command as JournalCommand,
  DeploymentId,
  ErrorMessage,
  InvocationId,
  AwaitSet,
  Result,
} from '@holdfast/protocol';
import type { AttemptName } from './attempt-name.ts';
import type { AttemptFailure, CountRecord, InvocationRecord, PartitionMessage, Target, TimerRecord } from './record.ts';
import type { Registry } from './registry.ts';

/** A person or program that acts on invocations, for the audit log. */
export interface Operator {
  readonly actor: string;
  readonly reason: string;
}

export interface Invoke {
  readonly kind: 'invoke';
  /** Made by the ingress: fresh, or derived from the idempotency key or the workflow key. */
  readonly id: InvocationId;
  /** The id was drawn for this very submission: no record can have it, and none needs to be looked for. */
  readonly isFresh?: boolean;
  readonly service: string;
  readonly handler: string;
  readonly key: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly contentType?: string;
  readonly input: Uint8Array;
  readonly idempotencyKey?: string;
  /** Epoch ms, or 0 for now. */
  readonly startAt: number;
  /** Asked for explicitly by the caller (pin table, rule 3). */
  readonly deployment?: DeploymentId;
}

/** Facts about an accepted invocation that an answer to its caller needs. */
export interface Accepted {
  readonly id: InvocationId;
  readonly deployment: DeploymentId;
  readonly target: Target;
}

export type InvokeReply =
  /** New work, or with `repeated` an execution that the same id already has. `result` is present when it is over. */
  | ({
      readonly kind: 'accepted';
      readonly repeated: boolean;
      readonly startAt: number;
      readonly result?: Result;
      /** Epoch ms until which the completed record is retained. */
      readonly expiresAt?: number;
    } & Accepted)
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Why the engine did not do what was asked. Codes are stable; the shell maps them to HTTP. */
export interface Refusal {
  readonly code:
    | 'SERVICE_NOT_FOUND'
    | 'HANDLER_NOT_FOUND'
    | 'HANDLER_PRIVATE'
    | 'DEPLOYMENT_NOT_FOUND'
    | 'DEPLOYMENT_CLOSING'
    | 'DEPLOYMENT_UNSUITABLE'
    | 'PIN_CONFLICT'
    | 'INPUT_REFUSED'
    | 'KEY_REQUIRED'
    | 'KEY_REFUSED'
    | 'IDEMPOTENCY_KEY_REFUSED'
    | 'INVOCATION_NOT_FOUND'
    | 'INVOCATION_COMPLETED'
    | 'INVOCATION_NOT_COMPLETED'
    | 'INVOCATION_NOT_STARTED'
    | 'INVOCATION_RUNNING'
    | 'INVOCATION_WRONG_STATUS'
    | 'JOURNAL_GONE'
    | 'JOURNAL_PREFIX_INCOMPLETE'
    | 'WORKFLOW_RESTART_REFUSED'
    | 'STATE_LOCKED'
    | 'REASON_REQUIRED';
  readonly message: string;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Wait for, or read, the result of an invocation from outside. */
export interface AttachCaller {
  readonly kind: 'attachCaller';
  readonly invocation: InvocationId;
}
export type AttachReply =
  | ({ readonly kind: 'completed'; readonly result: Result; readonly expiresAt: number } & Accepted)
  | ({ readonly kind: 'running' } & Accepted)
  | { readonly kind: 'notFound' };

export interface DeliverSignal {
  readonly kind: 'deliverSignal';
  readonly invocation: InvocationId;
  readonly signal:
    | { readonly kind: 'signal'; readonly id: number }
    | { readonly kind: 'namedSignal'; readonly name: string };
  readonly result: { readonly kind: 'void' } | Result;
}

/** One message of an attempt's stream, decoded in full. `bytes` is the whole frame as received, which is what is stored. */
export type AttemptMessage =
  | {
      readonly kind: 'command';
      readonly command: JournalCommand;
      readonly bytes: Uint8Array;
      readonly ackRequested: boolean;
    }
  | {
      readonly kind: 'proposeRun';
      readonly completionId: number;
      readonly result: Result;
      readonly ackRequested: boolean;
    }
  /**
   * `seenThrough`: one more than the highest entry index that this attempt was sent, by replay or notification. A cancel signal can come
   * again and again; only one that the attempt has not seen wakes it.
   */
  | { readonly kind: 'suspend'; readonly awaiting: AwaitSet; readonly seenThrough: number }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: ErrorMessage };

/** Messages of one read of one attempt, in order. A refused message ends the attempt; those before it stand. */
export interface AdvanceAttempt extends AttemptName {
  readonly kind: 'advanceAttempt';
  readonly messages: readonly AttemptMessage[];
  /** In [0, 1): jitter of a back-off that may follow. */
  readonly jitter: number;
}

/** The attempt ended without a terminal message: network, protocol violation, abort timeout, non-success head. */
export interface FailAttempt extends AttemptName {
  readonly kind: 'failAttempt';
  readonly failure: Omit<AttemptFailure, 'at' | 'deployment'>;
  /** From `Retry-After`; replaces the next delay only. */
  readonly retryAfterMs?: number;
  /** False for 415 and the like, which do not raise the counter sent in Start. */
  readonly counts: boolean;
  readonly jitter: number;
}

/** The attempt was asked to suspend before it was opened, and never will be. Nothing was tried, so nothing counts. */
export interface WithdrawAttempt extends AttemptName {
  readonly kind: 'withdrawAttempt';
}

export interface FireTimer {
  readonly kind: 'fireTimer';
  readonly timer: TimerRecord;
}

export interface CancelInvocation extends Operator {
  readonly kind: 'cancel';
  readonly invocation: InvocationId;
}
export interface KillInvocation extends Operator {
  readonly kind: 'kill';
  readonly invocation: InvocationId;
}
export interface PauseInvocation extends Operator {
  readonly kind: 'pause';
  readonly invocation: InvocationId;
}
export interface ResumeInvocation extends Operator {
  readonly kind: 'resume';
  readonly invocation: InvocationId;
  readonly deployment: 'keep' | 'latest' | DeploymentId;
}
export interface RestartInvocation extends Operator {
  readonly kind: 'restart';
  readonly invocation: InvocationId;
  readonly newId: InvocationId;
  /** Entries `[0, from]` are copied; 0 copies the input only. */
  readonly from: number;
  readonly deployment: 'keep' | 'latest' | DeploymentId;
}
export interface PurgeInvocation extends Operator {
  readonly kind: 'purge';
  readonly invocation: InvocationId;
}
export interface PurgeJournal extends Operator {
  readonly kind: 'purgeJournal';
  readonly invocation: InvocationId;
}

/** Replaces the whole state of a key (`undefined` values are not allowed: absent = removed). */
export interface EditState extends Operator {
  readonly kind: 'editState';
  readonly service: string;
  readonly key: string;
  readonly state: readonly (readonly [name: string, value: Uint8Array])[];
}

export interface DescribeInvocation {
  readonly kind: 'describe';
  readonly invocation: InvocationId;
}

export interface CountWork {
  readonly kind: 'countWork';
  readonly deployment: DeploymentId;
}

export interface AdoptRegistry {
  readonly kind: 'adoptRegistry';
  readonly registry: Registry;
}

export interface ReceiveMessage {
  readonly kind: 'receiveMessage';
  readonly source: number;
  readonly sequence: number;
  readonly message: PartitionMessage;
}

/** The target applied an outbox row durably; it can go. */
export interface ConfirmMessage {
  readonly kind: 'confirmMessage';
  readonly target: number;
  readonly sequence: number;
}

/** After opening the store: order a new attempt of an invocation that was running when the process ended. */
export interface RecoverInvocation {
  readonly kind: 'recover';
  readonly invocation: InvocationId;
}

export type EngineCommand =
  | Invoke
  | AttachCaller
  | DeliverSignal
  | AdvanceAttempt
  | FailAttempt
  | WithdrawAttempt
  | FireTimer
  | CancelInvocation
  | KillInvocation
  | PauseInvocation
  | ResumeInvocation
  | RestartInvocation
  | PurgeInvocation
  | PurgeJournal
  | EditState
  | DescribeInvocation
  | CountWork
  | AdoptRegistry
  | ReceiveMessage
  | ConfirmMessage
  | RecoverInvocation;

/** `done` with how: `now` = finished inside the command, `requested` = will follow (HTTP 200 against 202). */
export type ActReply =
  | { readonly kind: 'done'; readonly how: 'now' | 'requested' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };
export type RestartReply =
  | { readonly kind: 'done'; readonly newId: InvocationId }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** What `partition.submit` resolves to, per kind of command. */
export interface Replies {
  readonly invoke: InvokeReply;
  readonly attachCaller: AttachReply;
  readonly deliverSignal: { readonly kind: 'delivered' };
  readonly advanceAttempt: { readonly kind: 'advanced' };
  readonly failAttempt: { readonly kind: 'advanced' };
  readonly withdrawAttempt: { readonly kind: 'advanced' };
  readonly fireTimer: { readonly kind: 'fired' };
  readonly cancel: ActReply;
  readonly kill: ActReply;
  readonly pause: ActReply;
  readonly resume: ActReply;
  readonly restart: RestartReply;
  readonly purge: ActReply;
  readonly purgeJournal: ActReply;
  readonly editState: ActReply;
  readonly describe: InvocationRecord | undefined;
  readonly countWork: CountRecord;
  readonly adoptRegistry: { readonly kind: 'adopted' };
  readonly receiveMessage: { readonly kind: 'received'; readonly through: number };
  readonly confirmMessage: { readonly kind: 'confirmed' };
  readonly recover: { readonly kind: 'recovered' };
}

export type ReplyOf<C extends EngineCommand> = Replies[C['kind']];
