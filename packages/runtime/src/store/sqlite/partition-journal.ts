/**
 * The journals of one partition: an append-only log for invocations that run, pages for all others.
 *
 * A row per entry would cost a random page of the database per step; the log is written at its end only. When an invocation stops running,
 * its rows are copied into pages and a mark is appended, which says that the earlier rows are void. Void rows are deleted later from the
 * front, in long ranges: deleting them one by one would write every page of the log a second time.
 *
 * Memory holds the log's sequences of running invocations, nothing per other invocation. It is rebuilt by one scan of the log, which
 * trimming keeps short, whenever the partition is opened; a failed commit therefore needs no undo here.
 */
import type { InvocationId } from '@holdfast/protocol';
import { cutFrames, joinBytes, sliceFrames } from '../frame-cutter.ts';
import { journalGap } from '../store-error.ts';
import type { JournalWrite } from '../store.ts';
import type { JournalStatements, PageRow } from './statements/journal.ts';

/** Rows of one running invocation. Sequences and first indexes are parallel. */
interface LiveLog {
  readonly sequences: number[];
  readonly firstIndexes: number[];
  /** Entry that comes next. */
  end: number;
  bytes: number;
}

/** Log rows that a batch adds, before they are packed. */
interface Pending {
  readonly firstIndex: number;
  readonly frames: Uint8Array[];
}

/** Large enough to read a long journal in few rows, small enough to write one without a pause. */
const PAGE_BYTES = 256 * 1024;
/** Void rows that are worth a range delete. */
const TRIM_ROWS = 1024;
/** An invocation that runs for hours keeps all later rows from being trimmed; beyond this its rows move to pages while it runs. */
const HELD_BYTES = 16 * 1024 * 1024;
const HELD_ROWS = 64 * 1024;
/** Bounds the index of one invocation that never stops running. */
const LIVE_ROWS = 1024;

/** Counts up across the partitions of one database, which share the log. */
export interface SequenceCounter {
  next: number;
}

export class PartitionJournal {
  readonly #statements: JournalStatements;
  readonly #partition: number;
  readonly #counter: SequenceCounter;
  /** In the order in which each invocation's oldest row was written, so that the first one bounds the trimming. */
  readonly #live = new Map<InvocationId, LiveLog>();
  #trimmedTo = 0;
  #rows = 0;
  #bytes = 0;
  #liveRows = 0;
  #liveBytes = 0;

  constructor(statements: JournalStatements, partition: number, counter: SequenceCounter) {
    this.#statements = statements;
    this.#partition = partition;
    this.#counter = counter;
    for (const row of statements.scanLog(partition)) {
      if (this.#trimmedTo === 0) this.#trimmedTo = row.sequence;
      this.#rows += 1;
      this.#bytes += row.bytes;
      if (row.entries === 0) this.#forget(row.invocation);
      else this.#remember(row);
    }
  }

  /** Running invocations that memory holds something of. */
  get liveCount(): number {
    return this.#live.size;
  }

  /** Applies the journal part of a batch, inside its transaction. */
  apply(writes: readonly JournalWrite[]): void {
    if (writes.length === 0) return;
    const pending = new Map<InvocationId, Pending>();
    for (const write of writes) {
      if (write.kind === 'append') this.#append(pending, write);
      else if (write.kind === 'seal') this.#seal(pending, write.invocation);
      else this.#drop(pending, write.invocation);
    }
    for (const [invocation, { firstIndex, frames }] of pending) this.#writeLog(invocation, firstIndex, frames);
    this.#trim();
  }

  /** Frames of entries `[from, to)`, joined. */
  read(invocation: InvocationId, range: { readonly from: number; readonly to: number }): Uint8Array {
    const { from, to } = range;
    const live = this.#live.get(invocation);
    const liveFrom = live?.firstIndexes[0] ?? Infinity;
    const parts: Uint8Array[] = [];
    if (from < liveFrom) {
      for (const page of this.#statements.listPages(invocation, { from, to: clampIndex(to) })) {
        parts.push(cut(page, from, to));
      }
    }
    if (live !== undefined && to > liveFrom) {
      for (const [at, firstIndex] of live.firstIndexes.entries()) {
        const entries = (live.firstIndexes[at + 1] ?? live.end) - firstIndex;
        if (firstIndex >= to || firstIndex + entries <= from) continue;
        const frames = this.#statements.getLogFrames(live.sequences[at] ?? -1);
        parts.push(cut({ firstIndex, entries, frames }, from, to));
      }
    }
    return joinBytes(parts);
  }

  readFrames(invocation: InvocationId, from: number): readonly Uint8Array[] {
    const live = this.#live.get(invocation);
    if (live !== undefined && live.end <= from) return [];
    return cutFrames(this.read(invocation, { from, to: Infinity }));
  }

  #append(pending: Map<InvocationId, Pending>, write: Extract<JournalWrite, { kind: 'append' }>): void {
    const { invocation, firstIndex, frames } = write;
    if (frames.length === 0) return;
    const before = pending.get(invocation);
    const expected = before === undefined ? this.#storedEnd(invocation, firstIndex) : endOf(before);
    if (expected !== firstIndex) throw journalGap({ invocation, expected, found: firstIndex });
    if (before === undefined) pending.set(invocation, { firstIndex, frames: [...frames] });
    else before.frames.push(...frames);
  }

  #storedEnd(invocation: InvocationId, firstIndex: number): number {
    const live = this.#live.get(invocation);
    if (live !== undefined) return live.end;
    // A new journal is the common case. Were there an old one, the pages' unique index would refuse the second entry 0.
    return firstIndex === 0 ? 0 : this.#statements.countPaged(invocation);
  }

  #seal(pending: Map<InvocationId, Pending>, invocation: InvocationId): void {
    this.#writePages(invocation, pending.get(invocation));
    pending.delete(invocation);
  }

  #drop(pending: Map<InvocationId, Pending>, invocation: InvocationId): void {
    pending.delete(invocation);
    if (this.#live.has(invocation)) this.#writeMark(invocation);
    this.#statements.dropPages(invocation);
  }

  #writeLog(invocation: InvocationId, firstIndex: number, frames: readonly Uint8Array[]): void {
    const joined = joinBytes(frames);
    const sequence = this.#counter.next++;
    const entries = frames.length;
    this.#statements.appendLog({
      sequence,
      partition: this.#partition,
      invocation,
      firstIndex,
      entries,
      frames: joined,
    });
    this.#rows += 1;
    this.#bytes += joined.length;
    this.#remember({ sequence, invocation, firstIndex, entries, bytes: joined.length });
    const live = this.#live.get(invocation);
    if (live !== undefined && live.sequences.length >= LIVE_ROWS) this.#writePages(invocation, undefined);
  }

  /** Moves everything that is not in pages yet into pages of about PAGE_BYTES, cut where log rows were cut. */
  #writePages(invocation: InvocationId, pending: Pending | undefined): void {
    const live = this.#live.get(invocation);
    const parts: { readonly end: number; readonly frames: Uint8Array }[] = [];
    for (const [at, sequence] of live?.sequences.entries() ?? []) {
      const end = live?.firstIndexes[at + 1] ?? live?.end ?? 0;
      parts.push({ end, frames: this.#statements.getLogFrames(sequence) });
    }
    if (pending !== undefined) parts.push({ end: endOf(pending), frames: joinBytes(pending.frames) });
    let firstIndex = live?.firstIndexes[0] ?? pending?.firstIndex ?? 0;
    let collected: Uint8Array[] = [];
    let bytes = 0;
    for (const [at, part] of parts.entries()) {
      collected.push(part.frames);
      bytes += part.frames.length;
      if (bytes < PAGE_BYTES && at < parts.length - 1) continue;
      const frames = joinBytes(collected);
      this.#statements.appendPage(invocation, { firstIndex, entries: part.end - firstIndex, frames });
      firstIndex = part.end;
      collected = [];
      bytes = 0;
    }
    if (live !== undefined) this.#writeMark(invocation);
  }

  #writeMark(invocation: InvocationId): void {
    const sequence = this.#counter.next++;
    const frames = new Uint8Array(0);
    this.#statements.appendLog({ sequence, partition: this.#partition, invocation, firstIndex: 0, entries: 0, frames });
    this.#rows += 1;
    this.#forget(invocation);
  }

  #trim(): void {
    const voidRows = this.#rows - this.#liveRows;
    const voidBytes = this.#bytes - this.#liveBytes;
    if (voidRows < TRIM_ROWS && voidBytes < HELD_BYTES) return;
    if (voidBytes >= HELD_BYTES || voidRows >= HELD_ROWS) this.#moveOldest();
    const [oldest] = this.#live.values();
    const to = oldest?.sequences[0] ?? this.#counter.next;
    // A range delete of a few rows is not worth its statement: wait until the oldest running invocation moves on.
    if (to - this.#trimmedTo < TRIM_ROWS / 4) return;
    const trimmed = this.#statements.trimLog(this.#partition, { from: this.#trimmedTo, to });
    this.#trimmedTo = to;
    this.#rows -= trimmed.rows;
    this.#bytes -= trimmed.bytes;
  }

  #moveOldest(): void {
    const [oldest] = this.#live.keys();
    if (oldest !== undefined) this.#writePages(oldest, undefined);
  }

  #remember(row: {
    readonly sequence: number;
    readonly invocation: InvocationId;
    readonly firstIndex: number;
    readonly entries: number;
    readonly bytes: number;
  }): void {
    const end = row.firstIndex + row.entries;
    const live = this.#live.get(row.invocation);
    if (live === undefined) {
      const { sequence, firstIndex, bytes } = row;
      this.#live.set(row.invocation, { sequences: [sequence], firstIndexes: [firstIndex], end, bytes });
    } else {
      live.sequences.push(row.sequence);
      live.firstIndexes.push(row.firstIndex);
      live.end = end;
      live.bytes += row.bytes;
    }
    this.#liveRows += 1;
    this.#liveBytes += row.bytes;
  }

  #forget(invocation: InvocationId): void {
    const live = this.#live.get(invocation);
    if (live === undefined) return;
    this.#liveRows -= live.sequences.length;
    this.#liveBytes -= live.bytes;
    this.#live.delete(invocation);
  }
}

function endOf(pending: Pending): number {
  return pending.firstIndex + pending.frames.length;
}

function cut(page: PageRow, from: number, to: number): Uint8Array {
  if (from <= page.firstIndex && to >= page.firstIndex + page.entries) return page.frames;
  const skip = Math.max(0, from - page.firstIndex);
  return sliceFrames(page.frames, skip, Math.min(to, page.firstIndex + page.entries) - page.firstIndex - skip);
}

/** Integers that SQLite can hold; an open end is larger than any index. */
function clampIndex(to: number): number {
  return Math.min(to, Number.MAX_SAFE_INTEGER);
}
