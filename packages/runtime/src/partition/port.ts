/** How the rest of the shell talks to a partition, and how a partition talks to the invoker. */
import type { InvocationId, Result } from '@holdfast/protocol';
import type { EngineCommand, ReplyOf } from '../engine/command.ts';
import type { AttemptEffect, StartAttempt } from '../engine/effect.ts';
import type { PartitionStore } from '../store/store.ts';

export type UnavailableCode = 'OVERLOADED' | 'STORE_UNAVAILABLE' | 'OUTCOME_UNKNOWN' | 'STORE_FULL' | 'CLOSED';

/**
 * Raised by `submit` when the command was not, or perhaps not, done. `OUTCOME_UNKNOWN`: ask by id or idempotency key.
 * `OVERLOADED`: not done, too much waits already. `STORE_UNAVAILABLE`: not done, the store could not be read or written.
 * `STORE_FULL`: not done, and rolled back for lack of space.
 */
export class PartitionUnavailable extends Error {
  readonly code: UnavailableCode;
  constructor(code: UnavailableCode, message: string) {
    super(message);
    this.name = 'PartitionUnavailable';
    this.code = code;
  }
}

export interface PartitionPort {
  /** Resolves when the command's outcome is durable. */
  submit<C extends EngineCommand>(command: C): Promise<ReplyOf<C>>;
  /**
   * Calls back once when the invocation completes after this call. In-process waiters only; they are told `undefined` when the
   * partition restarts, and must ask again. Returns a function that stops waiting.
   */
  onCompleted(invocation: InvocationId, callback: (result: Result | undefined) => void): () => void;
}

/** What attempts and operators read beside commands: journals and state as committed. */
export type PartitionReads = Pick<PartitionStore, 'readJournal' | 'readState'>;

/** Finds the partition that owns an id or key. One partition in the embedded store. */
export interface Partitions {
  ofInvocation(id: InvocationId): PartitionPort;
  ofKey(service: string, key: string): PartitionPort;
  all(): readonly PartitionPort[];
}

/** What a partition needs from the invoker. Effects of a durable batch come in one array, in order. */
export interface AttemptPort {
  /** These orders will be released when their batch is durable, or never. Nothing may run before. */
  prepare(orders: readonly StartAttempt[]): void;
  release(effects: readonly AttemptEffect[]): void;
  /** The partition restarts itself: abandon every attempt that it started; it orders new ones. */
  resetAll(): void;
}

/** An endpoint that could not be reached and has not been since. */
export interface Unreachable {
  /** Epoch ms of the first failure. */
  readonly since: number;
  /** Probes that failed one after the other, the first failure included. */
  readonly failures: number;
  /** Epoch ms; undefined while a probe is under way. */
  readonly nextProbeAt: number | undefined;
  readonly lastError: string;
}

/** What keeps the ordered attempts of a deployment from being made. */
export interface DeploymentHold {
  readonly unreachable: Unreachable;
  /** Orders that wait for it. */
  readonly waiting: number;
}
