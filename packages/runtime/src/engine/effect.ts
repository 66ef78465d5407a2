/**
 * What the engine asks the shell to do. Effects of a batch are released only after the batch is durable, in order; the shell
 * never acts before.
 */
import type { InvocationId, Result } from '@holdfast/protocol';
import type { AttemptName } from './attempt-name.ts';
import type { PartitionMessage, Pin, Target } from './record.ts';

/** Open a stream to the pinned deployment and replay entries `[0, journalLength)`; later notifications follow as `notify`. */
export interface StartAttempt extends AttemptName {
  readonly kind: 'startAttempt';
  readonly journalLength: number;
  readonly pin: Pin;
  readonly target: Target;
  readonly randomSeed: string;
  readonly idempotencyKey?: string;
  readonly retryCountSinceLastCommand: number;
  /** Epoch ms; Start's duration is counted from here when the attempt opens. */
  readonly retrySince: number;
}

/** Forward an entry that was appended while the attempt is open. `index` is its entry index. */
export interface Notify extends AttemptName {
  readonly kind: 'notify';
  readonly index: number;
  /** Whole frame, or the V7 short ack that stands in its place. */
  readonly frame: Uint8Array;
}

/** Acknowledge a command that asked for it (never otherwise: shared-core dies on it). */
export interface AcknowledgeCommand extends AttemptName {
  readonly kind: 'acknowledgeCommand';
  readonly commandIndex: number;
}

/**
 * `abort`: reset the stream, the invocation is over or elsewhere. `suspend`: half-close, asking the SDK to suspend.
 * `reject`: the engine refused a message; the failure is already recorded, close and drain.
 */
export interface StopAttempt extends AttemptName {
  readonly kind: 'stopAttempt';
  readonly how: 'abort' | 'suspend' | 'reject';
}

/** For whoever waits on this machine: ingress callers. */
export interface InvocationCompleted {
  readonly kind: 'invocationCompleted';
  readonly invocation: InvocationId;
  readonly result: Result;
}

/** Wake the partition's timer loop no later than this. The timer itself is a record. */
export interface ArmTimer {
  readonly kind: 'armTimer';
  readonly fireAt: number;
}

/** Carry an outbox row to its partition; repeated until acknowledged. */
export interface DeliverMessage {
  readonly kind: 'deliverMessage';
  readonly target: number;
  readonly sequence: number;
  readonly message: PartitionMessage;
}

export type AttemptEffect = StartAttempt | Notify | AcknowledgeCommand | StopAttempt;
export type Effect = AttemptEffect | InvocationCompleted | ArmTimer | DeliverMessage;

/** Whether releasing this needs everything before it to be on disk. Timers and stops promise nothing to anybody. */
export function needsDurability(effect: Effect): boolean {
  return effect.kind !== 'armTimer' && effect.kind !== 'stopAttempt';
}
