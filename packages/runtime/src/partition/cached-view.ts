/**
 * What a partition holds in memory: records it read or wrote lately, in two generations of fixed size. Whatever is not written to the
 * store yet, and every running invocation (whose steps are in the log but not in its row), stays; the rest goes when a generation is full.
 *
 * Loads may take their time while other commands run. A load therefore never overwrites what was written after it began.
 */
import { decodeStoredEntry, splitFrames } from '@holdfast/protocol';
import type { InvocationId, Result } from '@holdfast/protocol';
import { foldEntry } from '../engine/fold-journal.ts';
import { Need } from '../engine/need.ts';
import { rangeKey, rangeOf, recordKey, refOf } from '../engine/record-table.ts';
import type { RangeRef, RecordRef, TableRecord } from '../engine/record-table.ts';
import type { Change, Transaction } from '../engine/transaction.ts';
import type { View } from '../engine/view.ts';
import type { Loaded, LoadedRecord, LoadRequest } from '../store/store.ts';

export interface CacheLimits {
  /** Records per generation. */
  readonly recordsMax: number;
  /** Payload bytes per generation. */
  readonly bytesMax: number;
}

export const DEFAULT_CACHE_LIMITS: CacheLimits = { recordsMax: 8_192, bytesMax: 16 * 1024 * 1024 };

type Slot = TableRecord | undefined;

/** A load under way, and the keys written since it began. */
export interface PendingLoad {
  readonly request: LoadRequest;
  readonly written: Set<string>;
  /** Members of the requested ranges that were on their way to the store when it began: it may have read before they arrived. */
  readonly unsettled: readonly string[];
}

export class CachedView implements View {
  #young = new Map<string, Slot>();
  #old = new Map<string, Slot>();
  #youngBytes = 0;
  /** Keys whose latest change is not committed, with the batch that carries it. */
  readonly #uncommitted = new Map<string, number>();
  readonly #ranges = new Map<string, Map<string, RecordRef>>();
  readonly #journals = new Map<InvocationId, readonly Uint8Array[]>();
  /** Frames not committed yet, by invocation. */
  readonly #pendingFrames = new Map<InvocationId, { batch: number; index: number; frame: Uint8Array }[]>();
  readonly #loads = new Set<PendingLoad>();
  readonly #limits: CacheLimits;

  constructor(limits: CacheLimits = DEFAULT_CACHE_LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  find(ref: RecordRef, key: string): TableRecord | undefined {
    if (this.#young.has(key)) return this.#young.get(key);
    if (!this.#old.has(key)) throw new Need({ records: [ref] });
    const slot = this.#old.get(key);
    this.#old.delete(key);
    this.#insert(key, slot);
    return slot;
  }

  /** Whether `find` would answer at once. */
  holds(ref: RecordRef, key: string = recordKey(ref)): boolean {
    return this.#young.has(key) || this.#old.has(key);
  }

  /** Nothing has this reference: it does not have to be loaded. */
  noteAbsent(ref: RecordRef): void {
    const key = recordKey(ref);
    if (!this.holds(ref, key)) this.#insert(key, undefined);
  }

  list(ref: RangeRef, key: string): readonly TableRecord[] {
    const members = this.#ranges.get(key);
    if (members === undefined) throw new Need({ ranges: [ref] });
    const missing = [...members.values()].filter((member) => !this.holds(member));
    if (missing.length > 0) throw new Need({ records: missing });
    return [...members].flatMap(([memberKey, member]) => this.find(member, memberKey) ?? []);
  }

  journal(invocation: InvocationId): readonly Uint8Array[] {
    const frames = this.#journals.get(invocation);
    const record = this.find(
      { table: 'invocation', id: invocation },
      recordKey({ table: 'invocation', id: invocation }),
    );
    // A commit during the load can leave a hole between what was read and what is pending; then it is read again.
    if (frames !== undefined && record?.table === 'invocation' && frames.length >= record.record.journal.length)
      return frames;
    throw new Need({ journals: [invocation] });
  }

  /** Takes over what a command changed. `batch` carries it to the store. */
  apply(tx: Transaction, batch: number): void {
    for (const [key, change] of tx.changes) this.#applyChange(key, change, batch);
    for (const change of tx.journalChanges) {
      if (change.kind === 'append') {
        const frames = this.#pendingFrames.get(change.invocation) ?? [];
        frames.push({ batch, index: change.index, frame: change.frame });
        this.#pendingFrames.set(change.invocation, frames);
      } else if (change.kind === 'drop') this.#pendingFrames.delete(change.invocation);
    }
    // Journals serve one command; the next may find them grown.
    this.#journals.clear();
  }

  #applyChange(key: string, change: Change, batch: number): void {
    this.#old.delete(key);
    this.#insert(key, change.entry);
    this.#uncommitted.set(key, batch);
    const range = rangeOf(change.ref);
    for (const load of this.#loads) {
      load.written.add(key);
      if (range !== undefined) load.written.add(range);
    }
    if (range === undefined) return;
    if (change.entry === undefined) this.#ranges.get(range)?.delete(key);
    else this.#ranges.get(range)?.set(key, change.ref);
  }

  /** Everything up to `batch` is in the store. */
  committed(batch: number, keys: Iterable<string>, invocations: Iterable<InvocationId>): void {
    for (const key of keys) if ((this.#uncommitted.get(key) ?? Infinity) <= batch) this.#uncommitted.delete(key);
    for (const id of invocations) {
      const frames = this.#pendingFrames.get(id)?.filter((frame) => frame.batch > batch) ?? [];
      if (frames.length === 0) this.#pendingFrames.delete(id);
      else this.#pendingFrames.set(id, frames);
    }
    this.#rotate();
  }

  beginLoad(request: LoadRequest): PendingLoad {
    const prefixes = request.ranges.map(rangeKey);
    const unsettled = prefixes.flatMap((prefix) => this.#uncommittedIn(prefix));
    const load: PendingLoad = { request, written: new Set(), unsettled };
    this.#loads.add(load);
    return load;
  }

  endLoad(load: PendingLoad, loaded: Loaded | undefined, now: number): void {
    this.#loads.delete(load);
    if (loaded === undefined) return;
    for (const [index, ref] of load.request.records.entries()) {
      this.#absorb(recordKey(ref), load, loaded.records[index], now);
    }
    for (const [index, ref] of load.request.ranges.entries()) this.#absorbRange(ref, load, loaded.ranges[index] ?? []);
    for (const [index, id] of load.request.journals.entries()) {
      const stored = loaded.journals[index] ?? [];
      const pending = (this.#pendingFrames.get(id) ?? []).filter((frame) => frame.index >= stored.length);
      this.#journals.set(id, [...stored, ...pending.map((frame) => frame.frame)]);
    }
  }

  #absorb(key: string, load: PendingLoad, loaded: LoadedRecord | undefined, now: number): void {
    if (load.written.has(key) || this.#young.has(key) || this.#old.has(key)) return;
    this.#insert(key, loaded === undefined ? undefined : withTail(loaded, now));
  }

  #absorbRange(ref: RangeRef, load: PendingLoad, entries: readonly TableRecord[]): void {
    const prefix = rangeKey(ref);
    if (load.written.has(prefix)) return;
    const members = new Map<string, RecordRef>();
    for (const entry of entries) {
      const member = refOf(entry);
      const key = recordKey(member);
      if (!this.#young.has(key) && !this.#old.has(key)) this.#insert(key, entry);
      members.set(key, member);
    }
    // The store does not know what is not committed yet, and this read may not know what was committed since it began.
    for (const key of [...load.unsettled, ...this.#uncommittedIn(prefix)]) {
      if (!key.startsWith(prefix)) continue;
      const slot = this.#young.get(key) ?? this.#old.get(key);
      if (slot === undefined) members.delete(key);
      else members.set(key, refOf(slot));
    }
    this.#ranges.set(prefix, members);
  }

  #uncommittedIn(prefix: string): readonly string[] {
    return [...this.#uncommitted.keys()].filter((key) => key.startsWith(prefix));
  }

  #insert(key: string, slot: Slot): void {
    this.#young.set(key, slot);
    this.#youngBytes += payloadBytes(slot);
  }

  /** Retires the old generation when the young one is full. Not while loads are under way: they rely on what was written since. */
  #rotate(): void {
    if (this.#loads.size > 0) return;
    if (this.#young.size <= this.#limits.recordsMax && this.#youngBytes <= this.#limits.bytesMax) return;
    const retired = this.#old;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
    this.#ranges.clear();
    for (const [key, slot] of retired) if (this.#mustStay(key, slot)) this.#insert(key, slot);
  }

  #mustStay(key: string, slot: Slot): boolean {
    return this.#uncommitted.has(key) || (slot?.table === 'invocation' && slot.record.state.status === 'running');
  }
}

function withTail(loaded: LoadedRecord, now: number): TableRecord {
  if (loaded.table !== 'invocation') return loaded;
  const frames = loaded.tail.flatMap((bytes) => splitFrames(bytes));
  const record = frames.reduce((folded, frame) => foldEntry(folded, decodeStoredEntry(frame), now), loaded.record);
  return { table: 'invocation', record };
}

function payloadBytes(slot: Slot): number {
  switch (slot?.table) {
    case 'state':
      return slot.record.value.length;
    case 'invocation':
      return slot.record.state.status === 'completed' ? resultBytes(slot.record.state.result) : 0;
    case 'promise':
      return resultBytes(slot.record.result);
    default:
      return 0;
  }
}

function resultBytes(result: Result | undefined): number {
  return result?.kind === 'success' ? result.value.length : 0;
}
