/**
 * What a partition remembers. Every record is plain, readonly, JSON-safe except for `Uint8Array` payloads, and is replaced,
 * never edited. Stores keep them; only the engine decides their content.
 */
import type {
  AwaitSet,
  DeploymentId,
  Failure,
  InvocationId,
  NotificationKind,
  ProtocolVersion,
  Result,
} from '@holdfast/protocol';

export type ServiceKind = 'service' | 'object' | 'workflow';
/** `exclusive` handlers of objects take the key's lock; `run` is the one run handler of a workflow. */
export type HandlerKind = 'stateless' | 'exclusive' | 'shared' | 'run';

export interface Target {
  readonly service: string;
  readonly handler: string;
  /** Empty exactly when `serviceKind` is `service`. */
  readonly key: string;
  readonly serviceKind: ServiceKind;
  readonly handlerKind: HandlerKind;
}

/** What an invocation is bound to from acceptance on (promise P2). */
export interface Pin {
  readonly deployment: DeploymentId;
  readonly protocolVersion: ProtocolVersion;
}

/** One line of an invocation's version history. Entries from `fromEntry` on were recorded under `deployment`. */
export interface VersionEntry {
  readonly deployment: DeploymentId;
  readonly at: number;
  readonly fromEntry: number;
  /** `acceptance`, or the operator who moved it. */
  readonly by: string;
  readonly reason: string;
}

export type InvokedBy =
  | { readonly kind: 'ingress' }
  | { readonly kind: 'invocation'; readonly id: InvocationId; readonly service: string; readonly handler: string }
  | { readonly kind: 'restart'; readonly of: InvocationId };

/** An invocation that waits for this one's result: the entry its completion goes to. */
export interface Sink {
  readonly invocation: InvocationId;
  /** Of the invocation that waits: its id may live again, and waits for others then. */
  readonly createdAt: number;
  readonly completionId: number;
  readonly notification: Extract<NotificationKind, 'call' | 'attachInvocation'>;
}

/** Sorted, disjoint, inclusive ranges; completion ids are nearly dense, so this stays tiny at any journal length. */
export type IdSet = readonly (readonly [first: number, last: number])[];

/**
 * The part of an invocation that is a pure fold over its journal (see fold-journal.ts). A step changes only this, so that it
 * writes the log and no row; after a crash it is folded again from the log's tail.
 */
export interface JournalSummary {
  /** Entries: commands plus notifications. */
  readonly length: number;
  readonly commands: number;
  readonly lastCompletionId: number;
  /** Completion ids announced by a command and not completed yet, with what will complete them. */
  readonly open: Readonly<Record<number, NotificationKind>>;
  readonly notified: IdSet;
  readonly signals: IdSet;
  readonly namedSignals: readonly string[];
  /** Entry index of the latest CANCEL signal; -1 when there is none. */
  readonly cancelledAt: number;
  /** Invocations that this one called or sent; kill follows them. */
  readonly children: number;
  /** The last Output command, by entry index; -1 when there is none. */
  readonly outputAt: number;
}

export interface AttemptFailure {
  readonly at: number;
  /** Stable code of ours, e.g. `ENDPOINT_UNREACHABLE`, `JOURNAL_MISMATCH`, `HANDLER_ERROR`. */
  readonly code: string;
  /** Numeric code that the endpoint sent, or the closest protocol code. */
  readonly protocolCode: number;
  readonly message: string;
  readonly stacktrace: string;
  readonly deployment: DeploymentId;
  readonly relatedCommandIndex?: number;
  readonly relatedCommandName?: string;
  readonly relatedCommandType?: number;
}

/** Counters of protocol sections 4.2 (#7, #8) and 12.4. */
export interface RetryState {
  /** Failed attempts since the last stored command; sent in Start. */
  readonly sinceLastCommand: number;
  /** Epoch ms from which Start's duration counts. */
  readonly since: number;
  /** Failures counted against the policy's maximum: since start, resume or suspension. */
  readonly budgetUsed: number;
}

export type PauseReason =
  | { readonly kind: 'operator' }
  | { readonly kind: 'attemptsExhausted' }
  | { readonly kind: 'requestedByHandler' }
  | { readonly kind: 'mismatch' };

export type InvocationState =
  | { readonly status: 'scheduled'; readonly startAt: number }
  | { readonly status: 'pending'; /** Place in the key's queue. */ readonly sequence: number }
  /** An attempt of the record's epoch is ordered or open. `pausing`: pause at its next suspension or failure. */
  | { readonly status: 'running'; readonly pausing: boolean }
  | { readonly status: 'backingOff'; readonly retryAt: number }
  | { readonly status: 'suspended'; readonly awaiting: AwaitSet; readonly since: number }
  | { readonly status: 'paused'; readonly reason: PauseReason; readonly since: number }
  | { readonly status: 'completed'; readonly result: Result; readonly at: number; readonly journalKept: boolean };

export type Status = InvocationState['status'];

export interface InvocationRecord {
  readonly id: InvocationId;
  readonly target: Target;
  readonly pin: Pin;
  readonly versions: readonly VersionEntry[];
  readonly state: InvocationState;
  /** Number of the latest attempt; messages that carry another are from a zombie and are dropped (promise P6). */
  readonly epoch: number;
  readonly journal: JournalSummary;
  readonly retry: RetryState;
  readonly lastFailure?: AttemptFailure;
  readonly invokedBy: InvokedBy;
  /** The caller that awaits the result; further waiters are `sink` records, counted here. */
  readonly caller?: Sink;
  readonly moreSinks: number;
  readonly idempotencyKey?: string;
  /** 16 hex digits, Start #9. */
  readonly randomSeed: string;
  /** How long the completed record, and within it the journal, stay. 0 = dropped at completion. */
  readonly completionRetentionMs: number;
  readonly journalRetentionMs: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly startedAt?: number;
}

/** One per key that is busy: row exists while the lock is held or somebody queues. */
export interface ObjectRecord {
  readonly service: string;
  readonly key: string;
  readonly holder?: InvocationId;
  /** Places `[head, tail)` may be taken; cancelled ones leave holes. */
  readonly head: number;
  readonly tail: number;
}

export interface QueueEntry {
  readonly service: string;
  readonly key: string;
  readonly sequence: number;
  readonly invocation: InvocationId;
}

export interface StateRecord {
  readonly service: string;
  readonly key: string;
  readonly name: string;
  readonly value: Uint8Array;
  /** Who wrote it, so that a reader on another version is visible. */
  readonly deployment: DeploymentId;
  readonly writtenAt: number;
}

export interface PromiseRecord {
  readonly workflow: string;
  readonly key: string;
  readonly name: string;
  readonly result?: Result;
  readonly waiters: readonly Omit<Sink, 'notification'>[];
}

export type TimerPurpose =
  /** `createdAt` of the invocation that sleeps: an id that was purged may live again, and its sleeps have the same numbers. */
  | { readonly kind: 'sleep'; readonly completionId: number; readonly createdAt: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'retry'; readonly epoch: number }
  | { readonly kind: 'dropJournal' }
  | { readonly kind: 'dropInvocation' };

export interface TimerRecord {
  readonly fireAt: number;
  readonly invocation: InvocationId;
  readonly purpose: TimerPurpose;
}

export interface SinkRecord extends Sink {
  /** The invocation whose completion is awaited. */
  readonly awaited: InvocationId;
}

/** Work that a deployment holds in one partition; these block `drained`, except the retained ones. */
export interface CountRecord {
  readonly deployment: DeploymentId;
  readonly running: number;
  readonly suspended: number;
  readonly paused: number;
  readonly scheduled: number;
  readonly queued: number;
  readonly inTransit: number;
  /** Completed workflow runs that are still retained: block `retired` only. */
  readonly retainedWorkflows: number;
}

export interface AuditRecord {
  readonly at: number;
  readonly actor: string;
  readonly act: string;
  readonly subject: string;
  readonly reason: string;
  /** JSON-safe. */
  readonly before: unknown;
  readonly after: unknown;
}

export interface OutboxRecord {
  readonly target: number;
  readonly sequence: number;
  readonly message: PartitionMessage;
}

/** The highest message applied from a source partition. */
export interface InboundRecord {
  readonly source: number;
  readonly sequence: number;
}

/** Next free outbox sequence towards a partition. */
export interface OutboundRecord {
  readonly target: number;
  readonly next: number;
}

/** How the sender of a call would pin it; sessions and workflows of the receiver come first (pin table, rules 2, 4, 5, 6). */
export interface AcceptMessage {
  readonly kind: 'accept';
  readonly id: InvocationId;
  readonly service: string;
  readonly handler: string;
  readonly key: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly input: Uint8Array;
  readonly idempotencyKey?: string;
  /** Epoch ms, or 0 for now. */
  readonly startAt: number;
  /** Always present, so that work in transit is counted: what the sender would pin it to. */
  readonly proposedDeployment: DeploymentId;
  readonly parent: { readonly id: InvocationId; readonly service: string; readonly handler: string };
  readonly sink?: Sink;
}

/** What one invocation tells another, possibly in another partition. Applied in order, at most once. */
export type PartitionMessage =
  | AcceptMessage
  | { readonly kind: 'complete'; readonly sink: Sink; readonly result: Result }
  | {
      readonly kind: 'signal';
      readonly invocation: InvocationId;
      readonly signal:
        | { readonly kind: 'signal'; readonly id: number }
        | { readonly kind: 'namedSignal'; readonly name: string };
      readonly result: { readonly kind: 'void' } | Result;
    }
  | { readonly kind: 'attach'; readonly awaited: InvocationId; readonly sink: Sink }
  | {
      readonly kind: 'readOutput';
      readonly awaited: InvocationId;
      readonly reader: InvocationId;
      /** The reader's, as in a sink. */
      readonly createdAt: number;
      readonly completionId: number;
    }
  | {
      readonly kind: 'output';
      readonly reader: InvocationId;
      /** The reader's, as in a sink. */
      readonly createdAt: number;
      readonly completionId: number;
      readonly result: { readonly kind: 'void' } | Result;
    }
  | { readonly kind: 'kill'; readonly invocation: InvocationId };

export const KILLED: Failure = { code: 409, message: 'killed', metadata: [] };
