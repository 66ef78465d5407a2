/**
 * Where a runtime keeps everything. Implementations: sqlite/ (default), memory/ (tests and simulation). Nothing here assumes that
 * a read is synchronous or that there is one process.
 *
 * Rules that every implementation keeps, and describeStore() checks:
 * 1. `commit` of one partition is atomic, and in order: a batch is visible and durable only with all before it.
 * 2. When `commit` resolves for a batch with `durable: true`, that batch and all before it survive SIGKILL and power loss.
 *    For `durable: false` it only survives together with a later durable one.
 * 3. When `commit` rejects, the outcome is unknown: the partition reopens and reads again.
 * 4. Reads see every committed batch, durable or not. Whoever tells the outside what was read first waits for a durable batch.
 * 5. A journal lives and dies with its invocation's record: appending needs the record, in the store or in the batch, and deleting the
 *    record drops the journal, whatever else the batch does to it.
 * 6. A failed sync never resolves anything and is never retried: `onFatal` is called and the process ends.
 */
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import type { RangeRef, RecordRef, TableRecord } from '../engine/record-table.ts';
import type { AuditRecord, InvocationRecord, OutboxRecord, StateRecord, TimerRecord } from '../engine/record.ts';
import type { Registry } from '../engine/registry.ts';

export interface LoadRequest {
  readonly records: readonly RecordRef[];
  readonly ranges: readonly RangeRef[];
  /** Invocations whose whole journal is wanted. */
  readonly journals: readonly InvocationId[];
}

export interface Loaded {
  /** Parallel to the request; `undefined` = there is no such record. */
  readonly records: readonly (LoadedRecord | undefined)[];
  readonly ranges: readonly (readonly TableRecord[])[];
  /** Whole frames in entry order. */
  readonly journals: readonly (readonly Uint8Array[])[];
}

/** For invocations, `tail` holds the frames from entry `record.journal.length` on, which the row does not count yet. */
export type LoadedRecord = TableRecord & { readonly tail: readonly Uint8Array[] };

export type RecordWrite =
  | { readonly kind: 'put'; readonly entry: TableRecord }
  | { readonly kind: 'delete'; readonly ref: RecordRef };

export type JournalWrite =
  /** Frames become entries `[firstIndex, firstIndex + frames.length)`. */
  | {
      readonly kind: 'append';
      readonly invocation: InvocationId;
      readonly firstIndex: number;
      readonly frames: readonly Uint8Array[];
    }
  /** The invocation stopped running: its log frames become pages, and nothing per invocation stays in memory. */
  | { readonly kind: 'seal'; readonly invocation: InvocationId }
  | { readonly kind: 'drop'; readonly invocation: InvocationId };

export interface Batch {
  /** At most one write per record; order among them is irrelevant. */
  readonly records: readonly RecordWrite[];
  /** In this order. */
  readonly journal: readonly JournalWrite[];
  readonly audit: readonly AuditRecord[];
  readonly durable: boolean;
}

export interface PartitionStore {
  load(request: LoadRequest): Loaded | Promise<Loaded>;
  /** One at a time: the caller awaits a commit before the next. */
  commit(batch: Batch): Promise<void>;
  /** Entries `[from, to)` as concatenated frames, ready to be sent. */
  readJournal(invocation: InvocationId, range: { readonly from: number; readonly to: number }): Promise<Uint8Array>;
  /** Sorted by the UTF-8 bytes of the name. */
  readState(service: string, key: string): Promise<readonly StateRecord[]>;
  /** Timers with `fireAt <= now`, earliest first. */
  listDueTimers(now: number, limit: number): Promise<readonly TimerRecord[]>;
  findNextTimerAt(): Promise<number | undefined>;
  /** Invocations with status `running`, for recovery, in pages ordered by id. */
  listRunning(after: InvocationId | undefined, limit: number): Promise<readonly InvocationId[]>;
  listOutbox(limit: number): Promise<readonly OutboxRecord[]>;
}

/** What blocks the removal of a deployment, for people: a few invocations that hold it. */
export interface DeploymentBlocker {
  readonly invocation: InvocationId;
  readonly record: InvocationRecord;
}

export interface Store {
  /** `partition` counts from 0. */
  openPartition(partition: number): Promise<PartitionStore>;
  /** Deployments and services; small, read whole. */
  loadRegistry(): Promise<Registry>;
  /** Replaces the registry and appends audit rows in one durable transaction. Rejects when `registry.revision` is not stored revision + 1. */
  saveRegistry(registry: Registry, audit: readonly AuditRecord[]): Promise<void>;
  listBlockers(deployment: DeploymentId, limit: number): Promise<readonly DeploymentBlocker[]>;
  listAudit(query: { readonly subject?: string; readonly limit: number }): Promise<readonly AuditRecord[]>;
  /** Checkpoints, releases locks. Idempotent. */
  close(): Promise<void>;
}
