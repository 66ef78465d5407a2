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
import { journalGap, journalOrphaned } from '../store-error.ts';
import type { JournalWrite } from '../store.ts';
import { RecentFrames } from './recent-frames.ts';
import type { JournalStatements, LogRow, PageRow } from './statements/journal.ts';

/** Rows of one running invocation. Sequences and first indexes are parallel. */
interface LiveLog {
  /** Number of the invocation's row. */
  readonly number: number;
  readonly sequences: number[];
  readonly firstIndexes: number[];
  /** Entry that comes next. */
  end: number;
  bytes: number;
}

/** Log rows that a batch adds, before they are packed. */
interface Pending {
  readonly number: number;
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

const NO_FRAMES = new Uint8Array(0);

/** Counts up across the partitions of one database, which share the log. */
export interface SequenceCounter {
  next: number;
}

export interface PartitionJournalParts {
  readonly statements: JournalStatements;
  readonly partition: number;
  readonly counter: SequenceCounter;
  readonly findNumber: (invocation: InvocationId) => number | undefined;
}

export class PartitionJournal {
  readonly #statements: JournalStatements;
  readonly #partition: number;
  readonly #counter: SequenceCounter;
  readonly #findNumber: (invocation: InvocationId) => number | undefined;
  readonly #recent: RecentFrames = new RecentFrames();
  /** In the order in which each invocation's oldest row was written, so that the first one bounds the trimming. */
  readonly #live = new Map<InvocationId, LiveLog>();
  #trimmedTo = 0;
  #rows = 0;
  #bytes = 0;
  #liveRows = 0;
  #liveBytes = 0;

  constructor(parts: PartitionJournalParts) {
    this.#statements = parts.statements;
    this.#partition = parts.partition;
    this.#counter = parts.counter;
    this.#findNumber = parts.findNumber;
    for (const row of parts.statements.scanLog(parts.partition)) {
      if (this.#trimmedTo === 0) this.#trimmedTo = row.sequence;
      this.#rows += 1;
      this.#bytes += row.bytes;
      if (row.id === undefined) continue;
      if (row.entries === 0) this.#forget(row.id);
      else this.#remember(row.id, row);
    }
  }

  /** Running invocations that memory holds something of. */
  get liveCount(): number {
    return this.#live.size;
  }

  /**
   * Applies the journal part of a batch, inside its transaction. A journal lives and dies with its invocation's record: records were put
   * before, and `gone` names those that are deleted after.
   */
  apply(writes: readonly JournalWrite[], gone: ReadonlySet<InvocationId>): void {
    if (writes.length === 0 && gone.size === 0) return;
    const pending = new Map<InvocationId, Pending>();
    for (const write of writes) {
      if (gone.has(write.invocation)) continue;
      if (write.kind === 'append') this.#append(pending, write);
      else if (write.kind === 'seal') this.#seal(pending, write.invocation);
      else this.#drop(pending, write.invocation);
    }
    for (const invocation of gone) this.#drop(pending, invocation);
    for (const [invocation, rows] of pending) this.#writeLog(invocation, rows);
    this.#trim();
  }

  /** Frames of entries `[from, to)`, joined. */
  read(invocation: InvocationId, range: { readonly from: number; readonly to: number }): Uint8Array {
    const { from, to } = range;
    const live = this.#live.get(invocation);
    const liveFrom = live?.firstIndexes[0] ?? Infinity;
    const number = live?.number ?? this.#findNumber(invocation);
    if (number === undefined) return new Uint8Array(0);
    const parts: Uint8Array[] = [];
    if (from < liveFrom) {
      for (const page of this.#statements.listPages(number, { from, to })) parts.push(cut(page, from, to));
    }
    if (live !== undefined && to > liveFrom) {
      for (const [at, firstIndex] of live.firstIndexes.entries()) {
        const entries = (live.firstIndexes[at + 1] ?? live.end) - firstIndex;
        if (firstIndex >= to || firstIndex + entries <= from) continue;
        const frames = this.#logFrames(live.sequences[at] ?? -1);
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
    const live = this.#live.get(invocation);
    const number = before?.number ?? live?.number ?? this.#findNumber(invocation);
    if (number === undefined) throw journalOrphaned(invocation);
    const expected = before === undefined ? (live?.end ?? this.#pagedEnd(number, firstIndex)) : endOf(before);
    if (expected !== firstIndex) throw journalGap({ invocation, expected, found: firstIndex });
    if (before === undefined) pending.set(invocation, { number, firstIndex, frames: [...frames] });
    else before.frames.push(...frames);
  }

  #pagedEnd(number: number, firstIndex: number): number {
    // A new journal is the common case. Were there an old one, its first page would be in the place of the new one's.
    return firstIndex === 0 ? 0 : this.#statements.countPaged(number);
  }

  #seal(pending: Map<InvocationId, Pending>, invocation: InvocationId): void {
    this.#writePages(invocation, pending.get(invocation));
    pending.delete(invocation);
  }

  #drop(pending: Map<InvocationId, Pending>, invocation: InvocationId): void {
    pending.delete(invocation);
    const live = this.#live.get(invocation);
    const number = live?.number ?? this.#findNumber(invocation);
    if (live !== undefined) this.#writeMark(invocation, live.number);
    if (number !== undefined) this.#statements.dropPages(number);
  }

  /** After a start, an attempt reads what the recovery has just read, and what ends soon is copied into pages. */
  #logFrames(sequence: number): Uint8Array {
    const recent = this.#recent.find(sequence);
    if (recent !== undefined) return recent;
    const frames = this.#statements.getLogFrames(sequence);
    this.#recent.add(sequence, frames);
    return frames;
  }

  #writeLog(invocation: InvocationId, pending: Pending): void {
    const { number, firstIndex, frames } = pending;
    const joined = joinBytes(frames);
    const row = {
      sequence: this.#counter.next++,
      number,
      firstIndex,
      entries: frames.length,
      bytes: joined.length,
    };
    this.#statements.appendLog({ ...row, partition: this.#partition, frames: joined });
    // Frames are views over memory that was received in larger pieces: a copy lets those go.
    this.#recent.add(row.sequence, frames.length === 1 ? joined.slice() : joined);
    this.#rows += 1;
    this.#bytes += row.bytes;
    this.#remember(invocation, row);
    const live = this.#live.get(invocation);
    if (live !== undefined && live.sequences.length >= LIVE_ROWS) this.#writePages(invocation, undefined);
  }

  /** Moves everything that is not in pages yet into pages of about PAGE_BYTES, cut where log rows were cut. */
  #writePages(invocation: InvocationId, pending: Pending | undefined): void {
    const live = this.#live.get(invocation);
    const parts: { readonly end: number; readonly frames: Uint8Array }[] = [];
    for (const [at, sequence] of live?.sequences.entries() ?? []) {
      const end = live?.firstIndexes[at + 1] ?? live?.end ?? 0;
      parts.push({ end, frames: this.#logFrames(sequence) });
    }
    if (pending !== undefined) parts.push({ end: endOf(pending), frames: joinBytes(pending.frames) });
    const number = live?.number ?? pending?.number;
    if (number === undefined) return;
    let firstIndex = live?.firstIndexes[0] ?? pending?.firstIndex ?? 0;
    let collected: Uint8Array[] = [];
    let bytes = 0;
    for (const [at, part] of parts.entries()) {
      collected.push(part.frames);
      bytes += part.frames.length;
      if (bytes < PAGE_BYTES && at < parts.length - 1) continue;
      const frames = joinBytes(collected);
      this.#statements.appendPage(number, { firstIndex, entries: part.end - firstIndex, frames });
      firstIndex = part.end;
      collected = [];
      bytes = 0;
    }
    if (live !== undefined) this.#writeMark(invocation, number);
  }

  #writeMark(invocation: InvocationId, number: number): void {
    const mark = { sequence: this.#counter.next++, number, firstIndex: 0, entries: 0 };
    this.#statements.appendLog({ ...mark, partition: this.#partition, frames: NO_FRAMES });
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

  #remember(invocation: InvocationId, row: LogRow): void {
    const { sequence, number, firstIndex, bytes } = row;
    const end = firstIndex + row.entries;
    const live = this.#live.get(invocation);
    if (live === undefined) {
      this.#live.set(invocation, { number, sequences: [sequence], firstIndexes: [firstIndex], end, bytes });
    } else {
      live.sequences.push(sequence);
      live.firstIndexes.push(firstIndex);
      live.end = end;
      live.bytes += bytes;
    }
    this.#liveRows += 1;
    this.#liveBytes += bytes;
  }

  #forget(invocation: InvocationId): void {
    const live = this.#live.get(invocation);
    if (live === undefined) return;
    this.#liveRows -= live.sequences.length;
    this.#liveBytes -= live.bytes;
    this.#live.delete(invocation);
    for (const sequence of live.sequences) this.#recent.remove(sequence);
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
