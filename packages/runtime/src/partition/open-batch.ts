/** The batch that is being formed: the changes of many commands, one write per record, and what to release once it is durable. */
import type { InvocationId } from '@holdfast/protocol';
import { needsDurability } from '../engine/effect.ts';
import type { Effect, StartAttempt } from '../engine/effect.ts';
import type { AuditRecord } from '../engine/record.ts';
import type { Change, JournalChange, Transaction } from '../engine/transaction.ts';
import type { Batch, JournalWrite, RecordWrite } from '../store/store.ts';

interface GrowingAppend {
  readonly kind: 'append';
  readonly invocation: InvocationId;
  readonly firstIndex: number;
  readonly frames: Uint8Array[];
}

export type Release =
  | { readonly kind: 'effect'; readonly effect: Effect }
  | { readonly kind: 'reply'; readonly resolve: () => void; readonly reject: (error: Error) => void };

export class OpenBatch {
  readonly number: number;
  readonly releases: Release[] = [];
  readonly #records = new Map<string, Change>();
  readonly #journal: (JournalWrite | GrowingAppend)[] = [];
  readonly #growing = new Map<InvocationId, GrowingAppend>();
  readonly #audits: AuditRecord[] = [];
  #durable = false;

  constructor(number: number) {
    this.number = number;
  }

  get isEmpty(): boolean {
    return this.releases.length === 0 && !this.hasWrites;
  }

  get hasWrites(): boolean {
    return this.#records.size > 0 || this.#journal.length > 0 || this.#audits.length > 0;
  }

  get durable(): boolean {
    return this.#durable;
  }

  /** Attempts that begin when the batch is durable. */
  get ordered(): readonly StartAttempt[] {
    return this.releases.flatMap((release) =>
      release.kind === 'effect' && release.effect.kind === 'startAttempt' ? [release.effect] : [],
    );
  }

  get keys(): Iterable<string> {
    return this.#records.keys();
  }

  get invocations(): Iterable<InvocationId> {
    return this.#journal.map((write) => write.invocation);
  }

  add(tx: Transaction): void {
    for (const [key, change] of tx.changes) {
      // A folded summary does not lose the row write that an earlier command of this batch asked for.
      const row = change.row || (this.#records.get(key)?.row ?? false);
      this.#records.set(key, row === change.row ? change : { ...change, row });
    }
    for (const change of tx.journalChanges) this.#addJournal(change);
    this.#audits.push(...tx.audits);
    for (const effect of tx.effects) this.addEffect(effect);
  }

  addEffect(effect: Effect): void {
    this.releases.push({ kind: 'effect', effect });
    this.#durable ||= needsDurability(effect);
  }

  addReply(reply: Extract<Release, { kind: 'reply' }>, durable: boolean): void {
    this.releases.push(reply);
    this.#durable ||= durable;
  }

  toStore(): Batch {
    const records: RecordWrite[] = [];
    for (const change of this.#records.values()) {
      if (!change.row) continue;
      records.push(
        change.entry === undefined ? { kind: 'delete', ref: change.ref } : { kind: 'put', entry: change.entry },
      );
    }
    return { records, journal: this.#journal, audit: this.#audits, durable: this.#durable };
  }

  /** Frames of one invocation are packed together until something else happens to its journal. */
  #addJournal(change: JournalChange): void {
    if (change.kind !== 'append') {
      this.#growing.delete(change.invocation);
      this.#journal.push(change);
      return;
    }
    const growing = this.#growing.get(change.invocation);
    if (growing !== undefined) {
      growing.frames.push(change.frame);
      return;
    }
    const append: GrowingAppend = {
      kind: 'append',
      invocation: change.invocation,
      firstIndex: change.index,
      frames: [change.frame],
    };
    this.#growing.set(change.invocation, append);
    this.#journal.push(append);
  }
}
