/** One batch as a partition hands it to its store, beside what the store held before it. */
import { recordKey, refOf } from '../engine/record-table.ts';
import type { RecordRef, RecordTypes, TableName, TableRecord } from '../engine/record-table.ts';
import type { PartitionImage } from '../store/memory/partition-image.ts';
import type { Batch } from '../store/store.ts';

export class AuditedCommit {
  readonly before: PartitionImage;
  readonly batch: Batch;
  /** The latest time that the clock has ever shown: what is due later than this is not due. */
  readonly latest: number;
  readonly #written = new Map<string, TableRecord | undefined>();
  /** What operators did in this batch: `act subject`. */
  readonly #acts: ReadonlySet<string>;

  constructor(before: PartitionImage, batch: Batch, latest: number) {
    this.before = before;
    this.batch = batch;
    this.latest = latest;
    this.#acts = new Set(batch.audit.map((audit) => `${audit.act} ${audit.subject}`));
    for (const write of batch.records) {
      if (write.kind === 'put') this.#written.set(keyOf(write.entry), write.entry);
      else this.#written.set(recordKey(write.ref), undefined);
    }
  }

  findBefore<T extends TableName>(ref: Extract<RecordRef, { table: T }>): RecordTypes[T] | undefined {
    // A key belongs to one table.
    return this.before.records.get(recordKey(ref))?.record as RecordTypes[T] | undefined;
  }

  findAfter<T extends TableName>(ref: Extract<RecordRef, { table: T }>): RecordTypes[T] | undefined {
    const key = recordKey(ref);
    if (!this.#written.has(key)) return this.findBefore<T>(ref);
    // A key belongs to one table.
    return this.#written.get(key)?.record as RecordTypes[T] | undefined;
  }

  /** Whether an operator did this, in this batch. */
  hasAct(act: string, subject: string): boolean {
    return this.#acts.has(`${act} ${subject}`);
  }

  /** Records of a table that this batch writes or deletes, before and after. */
  *changes<T extends TableName>(
    table: T,
  ): Iterable<{ readonly before: RecordTypes[T] | undefined; readonly after: RecordTypes[T] | undefined }> {
    for (const write of this.batch.records) {
      const ref = write.kind === 'put' ? undefined : write.ref;
      if ((ref?.table ?? (write.kind === 'put' ? write.entry.table : undefined)) !== table) continue;
      const key = write.kind === 'put' ? keyOf(write.entry) : recordKey(write.ref);
      yield {
        before: this.before.records.get(key)?.record as RecordTypes[T] | undefined,
        after: write.kind === 'put' ? (write.entry.record as RecordTypes[T]) : undefined,
      };
    }
  }
}

function keyOf(entry: TableRecord): string {
  return recordKey(refOf(entry));
}
