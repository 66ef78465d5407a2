/** The content of one partition, in maps. Applying a batch either succeeds whole or changes nothing. */
import type { InvocationId } from '@holdfast/protocol';
import { rangeKey, rangeOf, recordKey, refOf, timerPurposeText } from '../../engine/record-table.ts';
import type { RangeRef, RecordRef, TableRecord } from '../../engine/record-table.ts';
import type { InvocationRecord, OutboxRecord, StateRecord, TimerRecord } from '../../engine/record.ts';
import { journalGap, journalOrphaned } from '../store-error.ts';
import type { Batch, Loaded, LoadedRecord, LoadRequest } from '../store.ts';
import { compareText } from '../text-order.ts';
import { SortedList } from './sorted-list.ts';

export class PartitionImage {
  readonly records: Map<string, TableRecord>;
  readonly #ranges: Map<string, Map<string, TableRecord>>;
  readonly #journals: Map<InvocationId, readonly Uint8Array[]>;
  readonly timers: SortedList<TimerRecord>;
  readonly running: SortedList<InvocationId>;
  readonly outbox: SortedList<OutboxRecord>;

  constructor(origin?: PartitionImage) {
    this.records = new Map(origin?.records);
    this.#ranges = new Map([...(origin ? origin.#ranges : [])].map(([key, entries]) => [key, new Map(entries)]));
    this.#journals = new Map(origin ? origin.#journals : []);
    this.timers = origin?.timers.clone() ?? new SortedList(compareTimers);
    this.running = origin?.running.clone() ?? new SortedList<InvocationId>(compareText);
    this.outbox = origin?.outbox.clone() ?? new SortedList(compareOutbox);
  }

  apply(batch: Batch): void {
    const journals = this.#applyJournal(batch);
    for (const [invocation, frames] of journals) {
      if (frames === undefined) this.#journals.delete(invocation);
      else this.#journals.set(invocation, frames);
    }
    for (const write of batch.records) {
      if (write.kind === 'put') this.#put(write.entry);
      else this.#remove(write.ref);
    }
  }

  load(request: LoadRequest): Loaded {
    return {
      records: request.records.map((ref) => this.#loadRecord(ref)),
      ranges: request.ranges.map((ref) => this.range(ref)),
      journals: request.journals.map((invocation) => [...this.journal(invocation)]),
    };
  }

  journal(invocation: InvocationId): readonly Uint8Array[] {
    return this.#journals.get(invocation) ?? [];
  }

  range(ref: RangeRef): readonly TableRecord[] {
    return [...(this.#ranges.get(rangeKey(ref))?.values() ?? [])].toSorted(compareRanged);
  }

  state(service: string, key: string): readonly StateRecord[] {
    return this.range({ table: 'state', service, key }).flatMap((entry) =>
      entry.table === 'state' ? [entry.record] : [],
    );
  }

  findInvocation(id: InvocationId): InvocationRecord | undefined {
    const entry = this.records.get(recordKey({ table: 'invocation', id }));
    return entry?.table === 'invocation' ? entry.record : undefined;
  }

  *invocations(): Iterable<InvocationRecord> {
    for (const entry of this.records.values()) if (entry.table === 'invocation') yield entry.record;
  }

  /** What the batch makes of each journal that it touches; `undefined` = dropped. Nothing is changed yet. */
  #applyJournal(batch: Batch): Map<InvocationId, readonly Uint8Array[] | undefined> {
    const changed = new Map<InvocationId, readonly Uint8Array[] | undefined>();
    const { added, gone } = touchedInvocations(batch);
    for (const id of gone) changed.set(id, undefined);
    for (const write of batch.journal) {
      if (write.kind === 'seal' || gone.has(write.invocation)) continue;
      if (write.kind === 'drop') {
        changed.set(write.invocation, undefined);
        continue;
      }
      if (!added.has(write.invocation) && !this.records.has(recordKey({ table: 'invocation', id: write.invocation }))) {
        throw journalOrphaned(write.invocation);
      }
      const before = changed.has(write.invocation)
        ? (changed.get(write.invocation) ?? [])
        : this.journal(write.invocation);
      if (before.length !== write.firstIndex) {
        throw journalGap({ invocation: write.invocation, expected: before.length, found: write.firstIndex });
      }
      // Frames may be views over received memory that is used again: keep copies, as a disk would.
      changed.set(write.invocation, [...before, ...write.frames.map((frame) => frame.slice())]);
    }
    return changed;
  }

  #loadRecord(ref: RecordRef): LoadedRecord | undefined {
    const entry = this.records.get(recordKey(ref));
    if (entry === undefined) return undefined;
    const tail = entry.table === 'invocation' ? this.journal(entry.record.id).slice(entry.record.journal.length) : [];
    return { ...entry, tail };
  }

  #put(entry: TableRecord): void {
    const ref = refOf(entry);
    const key = recordKey(ref);
    this.records.set(key, entry);
    const range = rangeOf(ref);
    if (range !== undefined) {
      const entries = this.#ranges.get(range) ?? new Map<string, TableRecord>();
      entries.set(key, entry);
      this.#ranges.set(range, entries);
    }
    if (entry.table === 'timer') this.timers.add(entry.record);
    if (entry.table === 'outbox') this.outbox.add(entry.record);
    if (entry.table === 'invocation') {
      if (entry.record.state.status === 'running') this.running.add(entry.record.id);
      else this.running.remove(entry.record.id);
    }
  }

  #remove(ref: RecordRef): void {
    const key = recordKey(ref);
    const entry = this.records.get(key);
    if (entry === undefined) return;
    this.records.delete(key);
    const range = rangeOf(ref);
    if (range !== undefined) {
      const entries = this.#ranges.get(range);
      entries?.delete(key);
      if (entries?.size === 0) this.#ranges.delete(range);
    }
    if (entry.table === 'timer') this.timers.remove(entry.record);
    if (entry.table === 'outbox') this.outbox.remove(entry.record);
    if (entry.table === 'invocation') this.running.remove(entry.record.id);
  }
}

/** A journal lives and dies with its invocation's record. */
function touchedInvocations(batch: Batch): { added: ReadonlySet<InvocationId>; gone: ReadonlySet<InvocationId> } {
  const added = new Set<InvocationId>();
  const gone = new Set<InvocationId>();
  for (const write of batch.records) {
    if (write.kind === 'put' && write.entry.table === 'invocation') added.add(write.entry.record.id);
    if (write.kind === 'delete' && write.ref.table === 'invocation') gone.add(write.ref.id);
  }
  return { added, gone };
}

function compareTimers(left: TimerRecord, right: TimerRecord): number {
  return (
    left.fireAt - right.fireAt ||
    compareText(left.invocation, right.invocation) ||
    compareText(timerPurposeText(left), timerPurposeText(right))
  );
}

function compareOutbox(left: OutboxRecord, right: OutboxRecord): number {
  return left.target - right.target || left.sequence - right.sequence;
}

function compareRanged(left: TableRecord, right: TableRecord): number {
  if (left.table === 'sink' && right.table === 'sink') {
    return (
      compareText(left.record.invocation, right.record.invocation) ||
      left.record.completionId - right.record.completionId
    );
  }
  if ('name' in left.record && 'name' in right.record) return compareText(left.record.name, right.record.name);
  return 0;
}
