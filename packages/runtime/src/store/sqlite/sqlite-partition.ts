import type { InvocationId } from '@holdfast/protocol';
import type { RecordRef } from '../../engine/record-table.ts';
import type { OutboxRecord, StateRecord, TimerRecord } from '../../engine/record.ts';
import { partitionFenced } from '../store-error.ts';
import type { Batch, Loaded, LoadedRecord, LoadRequest, PartitionStore } from '../store.ts';
import { PartitionJournal } from './partition-journal.ts';
import type { SequenceCounter } from './partition-journal.ts';
import { findRecord, listRange, writeRecord } from './partition-tables.ts';
import type { PartitionTables } from './partition-tables.ts';
import type { AuditStatements } from './statements/audit.ts';
import { withStoreErrors } from './sqlite-error.ts';
import type { JournalStatements } from './statements/journal.ts';

/** The database that the partitions of one store share. */
export interface SharedDatabase {
  readonly tables: PartitionTables;
  readonly journal: JournalStatements;
  readonly audit: AuditStatements;
  readonly sequence: SequenceCounter;
  /** Throws a StoreError when the store is closed or a sync has failed. */
  refuseIfUnusable(): void;
  isCurrent(partition: number, handle: SqlitePartition): boolean;
  /** Runs `work` in a transaction; resolves at once, or when it is on disk. */
  write(work: () => void, durable: boolean): Promise<void>;
}

export class SqlitePartition implements PartitionStore {
  readonly #shared: SharedDatabase;
  readonly #partition: number;
  readonly #journal: PartitionJournal;
  #failed = false;

  constructor(shared: SharedDatabase, partition: number) {
    this.#shared = shared;
    this.#partition = partition;
    this.#journal = new PartitionJournal({
      statements: shared.journal,
      partition,
      counter: shared.sequence,
      findNumber: (invocation) => shared.tables.invocation.findNumber(invocation),
    });
  }

  /** Invocations that memory holds an index of. */
  get liveJournals(): number {
    return this.#journal.liveCount;
  }

  load(request: LoadRequest): Loaded {
    return this.#read(() => ({
      records: request.records.map((ref) => this.#loadRecord(ref)),
      ranges: request.ranges.map((ref) => listRange(this.#shared.tables, this.#partition, ref)),
      journals: request.journals.map((invocation) => this.#journal.readFrames(invocation, 0)),
    }));
  }

  async commit(batch: Batch): Promise<void> {
    this.#refuseIfUnusable();
    try {
      await this.#shared.write(() => this.#apply(batch), batch.durable);
    } catch (error) {
      // The index in memory may be ahead of the database now, and the outcome unknown: both are settled by opening again.
      this.#failed = true;
      throw error;
    }
  }

  async readJournal(
    invocation: InvocationId,
    range: { readonly from: number; readonly to: number },
  ): Promise<Uint8Array> {
    return this.#read(() => this.#journal.read(invocation, range));
  }

  async readState(service: string, key: string): Promise<readonly StateRecord[]> {
    return this.#read(() => this.#shared.tables.state.list(this.#partition, { service, key }));
  }

  async listDueTimers(now: number, limit: number): Promise<readonly TimerRecord[]> {
    return this.#read(() => this.#shared.tables.timer.listDue(this.#partition, now, limit));
  }

  async findNextTimerAt(): Promise<number | undefined> {
    return this.#read(() => this.#shared.tables.timer.findNextAt(this.#partition));
  }

  async listRunning(after: InvocationId | undefined, limit: number): Promise<readonly InvocationId[]> {
    return this.#read(() => this.#shared.tables.invocation.listRunning(this.#partition, after ?? '', limit));
  }

  async listOutbox(limit: number): Promise<readonly OutboxRecord[]> {
    return this.#read(() => this.#shared.tables.outbox.list(this.#partition, limit));
  }

  #apply(batch: Batch): void {
    const { tables, audit } = this.#shared;
    const gone = new Set<InvocationId>();
    for (const write of batch.records) {
      if (write.kind === 'put' || write.ref.table !== 'invocation') writeRecord(tables, this.#partition, write);
      else gone.add(write.ref.id);
    }
    this.#journal.apply(batch.journal, gone);
    for (const id of gone) tables.invocation.remove(this.#partition, { table: 'invocation', id });
    for (const record of batch.audit) audit.append(record);
  }

  #loadRecord(ref: RecordRef): LoadedRecord | undefined {
    const found = findRecord(this.#shared.tables, this.#partition, ref);
    if (found === undefined) return undefined;
    if (found.table !== 'invocation') return { ...found, tail: [] };
    return { ...found, tail: this.#journal.readFrames(found.record.id, found.record.journal.length) };
  }

  #read<T>(work: () => T): T {
    this.#refuseIfUnusable();
    return withStoreErrors(work);
  }

  #refuseIfUnusable(): void {
    this.#shared.refuseIfUnusable();
    if (this.#failed || !this.#shared.isCurrent(this.#partition, this)) throw partitionFenced(this.#partition);
  }
}
