import type { DatabaseSync } from 'node:sqlite';
import type { InvocationId } from '@holdfast/protocol';
import { bytesOf, integerOf, textOf } from './row.ts';

export interface LogRow {
  readonly sequence: number;
  readonly invocation: InvocationId;
  readonly firstIndex: number;
  /** 0 = a mark that ends the earlier rows of the invocation. */
  readonly entries: number;
  readonly bytes: number;
}

export interface PageRow {
  readonly firstIndex: number;
  readonly entries: number;
  readonly frames: Uint8Array;
}

export interface JournalStatements {
  /** In order of sequence, without the frames. */
  scanLog(partition: number): Iterable<LogRow>;
  findLastSequence(): number;
  appendLog(row: Omit<LogRow, 'bytes'> & { readonly partition: number; readonly frames: Uint8Array }): void;
  getLogFrames(sequence: number): Uint8Array;
  /** Deletes rows `[from, to)` of a partition; returns what they held. */
  trimLog(partition: number, range: { readonly from: number; readonly to: number }): { rows: number; bytes: number };
  appendPage(invocation: InvocationId, page: PageRow): void;
  /** Pages that hold any of the entries `[from, to)`, in order. */
  listPages(invocation: InvocationId, range: { readonly from: number; readonly to: number }): readonly PageRow[];
  /** Entries in pages. */
  countPaged(invocation: InvocationId): number;
  dropPages(invocation: InvocationId): void;
}

export function prepareJournal(database: DatabaseSync): JournalStatements {
  const scan = database.prepare(`
    select sequence, invocation, first_index, entries, length(frames) as bytes from log
    where partition = ? order by sequence`);
  const last = database.prepare('select coalesce(max(sequence), 0) as sequence from log');
  const append = database.prepare(`
    insert into log (sequence, partition, invocation, first_index, entries, frames) values (?, ?, ?, ?, ?, ?)`);
  const frames = database.prepare('select frames from log where sequence = ?');
  const measure = database.prepare(`
    select coalesce(sum(length(frames)), 0) as bytes from log where sequence >= ? and sequence < ? and partition = ?`);
  const trim = database.prepare('delete from log where sequence >= ? and sequence < ? and partition = ?');
  const addPage = database.prepare('insert into page (invocation, first_index, entries, frames) values (?, ?, ?, ?)');
  const pages = database.prepare(`
    select first_index, entries, frames from page
    where invocation = ? and first_index < ? and first_index + entries > ? order by first_index`);
  const paged = database.prepare(`
    select first_index + entries as entries from page where invocation = ? order by first_index desc limit 1`);
  const dropPages = database.prepare('delete from page where invocation = ?');
  return {
    *scanLog(partition) {
      for (const row of scan.iterate(partition)) {
        yield {
          sequence: integerOf(row, 'sequence'),
          // Written below from a branded id.
          invocation: textOf(row, 'invocation') as InvocationId,
          firstIndex: integerOf(row, 'first_index'),
          entries: integerOf(row, 'entries'),
          bytes: integerOf(row, 'bytes'),
        };
      }
    },
    findLastSequence: () => integerOf(last.get() ?? {}, 'sequence'),
    appendLog(row) {
      append.run(row.sequence, row.partition, row.invocation, row.firstIndex, row.entries, row.frames);
    },
    getLogFrames: (sequence) => bytesOf(frames.get(sequence) ?? {}, 'frames'),
    trimLog(partition, { from, to }) {
      const bytes = integerOf(measure.get(from, to, partition) ?? {}, 'bytes');
      return { rows: Number(trim.run(from, to, partition).changes), bytes };
    },
    appendPage(invocation, page) {
      addPage.run(invocation, page.firstIndex, page.entries, page.frames);
    },
    listPages(invocation, { from, to }) {
      return pages.all(invocation, to, from).map((row) => ({
        firstIndex: integerOf(row, 'first_index'),
        entries: integerOf(row, 'entries'),
        frames: bytesOf(row, 'frames'),
      }));
    },
    countPaged(invocation) {
      const row = paged.get(invocation);
      return row === undefined ? 0 : integerOf(row, 'entries');
    },
    dropPages(invocation) {
      dropPages.run(invocation);
    },
  };
}
