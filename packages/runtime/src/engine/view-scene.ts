/**
 * What a partition and its store are to the engine, in the fewest words: committed records and whole journals in maps. For tests.
 *
 * It keeps two images of every invocation: the record in memory, and the row with the log's tail as a store would have them after a
 * crash. The two must always fold to the same.
 */
import type { InvocationId } from '@holdfast/protocol';
import { Need } from './need.ts';
import { rangeKey, rangeOf, recordKey, refOf } from './record-table.ts';
import type { RangeRef, RecordRef, RecordTypes, TableName, TableRecord } from './record-table.ts';
import type { InvocationRecord } from './record.ts';
import type { Transaction } from './transaction.ts';
import type { View } from './view.ts';

export class SceneView implements View {
  readonly records: Map<string, TableRecord> = new Map();
  readonly rows: Map<InvocationId, InvocationRecord> = new Map();
  readonly journals: Map<InvocationId, readonly Uint8Array[]> = new Map();

  find(_ref: RecordRef, key: string): TableRecord | undefined {
    return this.records.get(key);
  }

  holds(): boolean {
    return true;
  }

  list(_ref: RangeRef, key: string): readonly TableRecord[] {
    return [...this.records.values()].filter((entry) => rangeOf(refOf(entry)) === key);
  }

  journal(invocation: InvocationId): readonly Uint8Array[] {
    return this.journals.get(invocation) ?? [];
  }

  all<T extends TableName>(table: T): readonly RecordTypes[T][] {
    // The filter keeps entries of this one table.
    return [...this.records.values()].flatMap((entry) =>
      entry.table === table ? [entry.record as RecordTypes[T]] : [],
    );
  }

  put(entry: TableRecord): void {
    this.records.set(recordKey(refOf(entry)), entry);
    if (entry.table === 'invocation') this.rows.set(entry.record.id, entry.record);
  }

  /** Takes over what a command changed, as a commit does. */
  apply(tx: Transaction): void {
    for (const change of tx.journalChanges) {
      const frames = this.journals.get(change.invocation) ?? [];
      if (change.kind === 'drop') this.journals.delete(change.invocation);
      else if (change.kind === 'append') {
        if (change.index !== frames.length)
          throw new Error(
            `Entry ${change.index} does not follow the ${frames.length} entries of ${change.invocation}.`,
          );
        this.journals.set(change.invocation, [...frames, change.frame]);
      }
    }
    for (const [key, change] of tx.changes) {
      if (change.entry === undefined) this.records.delete(key);
      else this.records.set(key, change.entry);
      if (change.ref.table !== 'invocation' || !change.row) continue;
      if (change.entry?.table === 'invocation') this.rows.set(change.ref.id, change.entry.record);
      else {
        this.rows.delete(change.ref.id);
        this.journals.delete(change.ref.id);
      }
    }
  }
}

/** The same content, of which nothing is loaded at first: each thing is raised as needed once, and then there. */
export class UnloadedView implements View {
  readonly #view: SceneView;
  readonly #loaded = new Set<string>();

  constructor(view: SceneView) {
    this.#view = view;
  }

  load(need: Need): void {
    for (const ref of need.records) this.#loaded.add(recordKey(ref));
    for (const ref of need.ranges) this.#loaded.add(rangeKey(ref));
    for (const id of need.journals) this.#loaded.add(`journal ${id}`);
  }

  find(ref: RecordRef, key: string): TableRecord | undefined {
    if (!this.#loaded.has(key)) throw new Need({ records: [ref] });
    return this.#view.find(ref, key);
  }

  holds(_ref: RecordRef, key: string): boolean {
    return this.#loaded.has(key);
  }

  list(ref: RangeRef, key: string): readonly TableRecord[] {
    if (!this.#loaded.has(key)) throw new Need({ ranges: [ref] });
    return this.#view.list(ref, key);
  }

  journal(invocation: InvocationId): readonly Uint8Array[] {
    if (!this.#loaded.has(`journal ${invocation}`)) throw new Need({ journals: [invocation] });
    return this.#view.journal(invocation);
  }
}
