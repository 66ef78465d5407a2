import type { DatabaseSync } from 'node:sqlite';
import type { InvocationId } from '@holdfast/protocol';
import { StoreError } from '../../store-error.ts';
import { bytesOf, findText, integerOf } from './row.ts';

export interface LogRow {
  readonly sequence: number;
  /** Number of the invocation's row. */
  readonly number: number;
  readonly firstIndex: number;
  /** 0 = a mark that makes the earlier rows of the invocation void. */
  readonly entries: number;
  readonly bytes: number;
}

export interface PageRow {
  readonly firstIndex: number;
  readonly entries: number;
  readonly frames: Uint8Array;
}

export interface JournalStatements {
  /** In order of sequence, without the frames. Rows of an invocation that is gone have no id, and are void. */
  scanLog(partition: number): Iterable<LogRow & { readonly id: InvocationId | undefined }>;
  findLastSequence(): number;
  appendLog(row: Omit<LogRow, 'bytes'> & { readonly partition: number; readonly frames: Uint8Array }): void;
  getLogFrames(sequence: number): Uint8Array;
  /** Deletes rows `[from, to)` of a partition; returns what they held. */
  trimLog(partition: number, range: { readonly from: number; readonly to: number }): { rows: number; bytes: number };
  appendPage(number: number, page: PageRow): void;
  /** Pages that hold any of the entries `[from, to)`, in order. */
  listPages(number: number, range: { readonly from: number; readonly to: number }): readonly PageRow[];
  /** Entries in pages. */
  countPaged(number: number): number;
  dropPages(number: number): void;
}

/** Entries that one journal can have in pages: the low bits of a page's place. */
const ENTRIES_MAX = 2 ** 20;

export function prepareJournal(database: DatabaseSync): JournalStatements {
  const scan = database.prepare(`
    select log.sequence, log.invocation, invocation.id, first_index, entries, length(frames) as bytes
    from log left join invocation on invocation.number = log.invocation
    where log.partition = ? order by sequence`);
  const last = database.prepare('select coalesce(max(sequence), 0) as sequence from log');
  const append = database.prepare(`
    insert into log (sequence, partition, invocation, first_index, entries, frames) values (?, ?, ?, ?, ?, ?)`);
  const frames = database.prepare('select frames from log where sequence = ?');
  const measure = database.prepare(`
    select coalesce(sum(length(frames)), 0) as bytes from log where sequence >= ? and sequence < ? and partition = ?`);
  const trim = database.prepare('delete from log where sequence >= ? and sequence < ? and partition = ?');
  // Places are computed by SQLite: they can be larger than the integers of JavaScript.
  const place = (number: string, index: string): string =>
    `(cast(${number} as integer) << 20) + cast(${index} as integer)`;
  const addPage = database.prepare(`insert into page (place, entries, frames) values (${place('?', '?')}, ?, ?)`);
  const pages = database.prepare(`
    select place & ${ENTRIES_MAX - 1} as first_index, entries, frames from page
    where place >= ${place('?1', '0')} and place < ${place('?1', '?2')} and (place & ${ENTRIES_MAX - 1}) + entries > ?3
    order by place`);
  const paged = database.prepare(`
    select (place & ${ENTRIES_MAX - 1}) + entries as entries from page
    where place >= ${place('?1', '0')} and place < ${place('?1', String(ENTRIES_MAX))} order by place desc limit 1`);
  const dropPages = database.prepare(`
    delete from page where place >= ${place('?1', '0')} and place < ${place('?1', String(ENTRIES_MAX))}`);
  return {
    *scanLog(partition) {
      for (const row of scan.iterate(partition)) {
        yield {
          sequence: integerOf(row, 'sequence'),
          number: integerOf(row, 'invocation'),
          // Written by the invocation statements, from a branded id.
          id: findText(row, 'id') as InvocationId | undefined,
          firstIndex: integerOf(row, 'first_index'),
          entries: integerOf(row, 'entries'),
          bytes: integerOf(row, 'bytes'),
        };
      }
    },
    findLastSequence: () => integerOf(last.get() ?? {}, 'sequence'),
    appendLog(row) {
      append.run(row.sequence, row.partition, row.number, row.firstIndex, row.entries, row.frames);
    },
    getLogFrames: (sequence) => bytesOf(frames.get(sequence) ?? {}, 'frames'),
    trimLog(partition, { from, to }) {
      const bytes = integerOf(measure.get(from, to, partition) ?? {}, 'bytes');
      return { rows: Number(trim.run(from, to, partition).changes), bytes };
    },
    appendPage(number, page) {
      if (page.firstIndex >= ENTRIES_MAX) throw journalTooLong(page.firstIndex);
      addPage.run(number, page.firstIndex, page.entries, page.frames);
    },
    listPages(number, { from, to }) {
      return pages.all(number, Math.min(to, ENTRIES_MAX), from).map((row) => ({
        firstIndex: integerOf(row, 'first_index'),
        entries: integerOf(row, 'entries'),
        frames: bytesOf(row, 'frames'),
      }));
    },
    countPaged(number) {
      const row = paged.get(number);
      return row === undefined ? 0 : integerOf(row, 'entries');
    },
    dropPages(number) {
      dropPages.run(number);
    },
  };
}

function journalTooLong(entries: number): StoreError {
  return new StoreError('STORE_JOURNAL_TOO_LONG', {
    message: `A journal has ${entries} entries; ${ENTRIES_MAX} are the most that the store keeps.`,
    hint: 'End the invocation, or let it continue in a new one.',
    details: { entries, entriesMax: ENTRIES_MAX },
  });
}
