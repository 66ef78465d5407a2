/**
 * What one command reads and changes. Changes are buffered, so that a command that raises `Need` half way leaves no trace and can
 * run again; the partition merges them only when the command returns.
 */
import type { Command, InvocationId, Notification } from '@holdfast/protocol';
import type { Effect } from './effect.ts';
import { foldEntry } from './fold-journal.ts';
import { Need } from './need.ts';
import { rangeKey, rangeOf, recordKey, refOf } from './record-table.ts';
import type { RangeRef, RecordRef, RecordTypes, TableName, TableRecord } from './record-table.ts';
import type { AuditRecord, InvocationRecord, PartitionMessage } from './record.ts';
import type { View } from './view.ts';

export interface Change {
  readonly ref: RecordRef;
  /** `undefined` = deleted. */
  readonly entry: TableRecord | undefined;
  /** False when only the folded journal summary changed: the log already holds it, no row is written. */
  readonly row: boolean;
}

export type JournalChange =
  | { readonly kind: 'append'; readonly invocation: InvocationId; readonly index: number; readonly frame: Uint8Array }
  | { readonly kind: 'seal'; readonly invocation: InvocationId }
  | { readonly kind: 'drop'; readonly invocation: InvocationId };

export class Transaction {
  readonly changes: Map<string, Change> = new Map();
  readonly journalChanges: JournalChange[] = [];
  readonly effects: Effect[] = [];
  readonly audits: AuditRecord[] = [];
  /** Messages to invocations of this partition, taken into effect before the command returns. */
  readonly messages: PartitionMessage[] = [];
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  find<T extends TableName>(ref: Extract<RecordRef, { table: T }>): RecordTypes[T] | undefined {
    const key = recordKey(ref);
    const change = this.changes.get(key);
    const entry = change === undefined ? this.#view.find(ref, key) : change.entry;
    // The key determines the table, so the entry found under it is of that table.
    return entry?.record as RecordTypes[T] | undefined;
  }

  invocation(id: InvocationId): InvocationRecord | undefined {
    return this.find<'invocation'>({ table: 'invocation', id });
  }

  /** Says at once what a rule will read. Asked for one by one, many records would make the command run again for each. */
  expect(refs: readonly RecordRef[]): void {
    const missing = refs.filter((ref) => !this.#isKnown(ref));
    if (missing.length > 0) throw new Need({ records: missing });
  }

  #isKnown(ref: RecordRef): boolean {
    const key = recordKey(ref);
    return this.changes.has(key) || this.#view.holds(ref, key);
  }

  list<T extends RangeRef['table']>(ref: Extract<RangeRef, { table: T }>): readonly RecordTypes[T][] {
    const prefix = rangeKey(ref);
    const entries = new Map(this.#view.list(ref, prefix).map((entry) => [recordKey(refOf(entry)), entry]));
    for (const [key, change] of this.changes) {
      if (rangeOf(change.ref) !== prefix) continue;
      if (change.entry === undefined) entries.delete(key);
      else entries.set(key, change.entry);
    }
    // All entries of a range are of the range's table.
    return [...entries.values()].map((entry) => entry.record as RecordTypes[T]);
  }

  journal(invocation: InvocationId): readonly Uint8Array[] {
    const appended = this.journalChanges.flatMap((change) =>
      change.kind === 'append' && change.invocation === invocation ? [change.frame] : [],
    );
    return [...this.#view.journal(invocation), ...appended];
  }

  put(entry: TableRecord): void {
    const ref = refOf(entry);
    this.changes.set(recordKey(ref), { ref, entry, row: true });
  }

  putInvocation(record: InvocationRecord): void {
    this.put({ table: 'invocation', record });
  }

  delete(ref: RecordRef): void {
    this.changes.set(recordKey(ref), { ref, entry: undefined, row: true });
  }

  /** Appends one frame and folds it into the invocation's summary. Writes the log, not the row. */
  append(record: InvocationRecord, entry: Command | Notification, frame: Uint8Array, now: number): InvocationRecord {
    const folded = foldEntry(record, entry, now);
    const ref: RecordRef = { table: 'invocation', id: record.id };
    const key = recordKey(ref);
    this.changes.set(key, {
      ref,
      entry: { table: 'invocation', record: folded },
      row: this.changes.get(key)?.row ?? false,
    });
    this.journalChanges.push({ kind: 'append', invocation: record.id, index: record.journal.length, frame });
    return folded;
  }

  seal(invocation: InvocationId): void {
    this.journalChanges.push({ kind: 'seal', invocation });
  }

  dropJournal(invocation: InvocationId): void {
    this.journalChanges.push({ kind: 'drop', invocation });
  }

  emit(effect: Effect): void {
    this.effects.push(effect);
  }

  audit(record: AuditRecord): void {
    this.audits.push(record);
  }
}
