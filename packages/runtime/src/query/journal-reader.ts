/**
 * Journals as the SQL functions of sys_journal see them: the frames of one invocation at a time, from pages and from the rows of the log
 * that are not void. Made anew for every query, because its first look at the log is kept.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { decodeStoredEntry, splitFrames } from '@holdfast/protocol';
import type { Command, Frame, Notification } from '@holdfast/protocol';
import { bytesOf, integerOf } from '../store/sqlite/statements/row.ts';

interface LiveRow {
  readonly sequence: number;
  readonly entries: number;
  readonly firstIndex: number;
}

export interface JournalStatementSet {
  readonly pages: StatementSync;
  readonly log: StatementSync;
  readonly logFrames: StatementSync;
}

export function prepareJournalReads(database: DatabaseSync): JournalStatementSet {
  return {
    pages: database.prepare(`
      select frames from store.page
      where place >= (cast(?1 as integer) << 20) and place < ((cast(?1 as integer) + 1) << 20) order by place`),
    log: database.prepare('select sequence, invocation, first_index, entries from store.log order by sequence'),
    logFrames: database.prepare('select frames from store.log where sequence = ?'),
  };
}

export class JournalReader {
  readonly #statements: JournalStatementSet;
  #live: Map<number, LiveRow[]> | undefined;
  #number: number | undefined;
  #frames: readonly Frame[] = [];
  #decoded: (Command | Notification | undefined)[] = [];
  #notifications: Map<number, Notification> | undefined;

  constructor(statements: JournalStatementSet) {
    this.#statements = statements;
  }

  /** Entries, also those that the invocation's row does not count yet. */
  countEntries(number: number, counted: number): number {
    const last = this.#liveRows(number).at(-1);
    return last === undefined ? counted : Math.max(counted, last.firstIndex + last.entries);
  }

  frames(number: number): readonly Frame[] {
    if (this.#number === number) return this.#frames;
    const parts = this.#statements.pages.all(number).map((row) => bytesOf(row, 'frames'));
    for (const row of this.#liveRows(number)) {
      parts.push(bytesOf(this.#statements.logFrames.get(row.sequence) ?? {}, 'frames'));
    }
    this.#number = number;
    this.#frames = parts.flatMap((part) => splitFrames(part));
    this.#decoded = [];
    this.#notifications = undefined;
    return this.#frames;
  }

  entry(number: number, index: number): Command | Notification | undefined {
    const frame = this.frames(number)[index];
    if (frame === undefined) return undefined;
    return (this.#decoded[index] ??= decodeStoredEntry(frame));
  }

  /** The notification with this completion id. */
  notification(number: number, completionId: number): Notification | undefined {
    if (this.#notifications === undefined || this.#number !== number) {
      const found = new Map<number, Notification>();
      for (const index of this.frames(number).keys()) {
        const entry = this.entry(number, index);
        if (entry?.kind === 'notification' && entry.id.kind === 'completion') found.set(entry.id.id, entry);
      }
      this.#notifications = found;
    }
    return this.#notifications.get(completionId);
  }

  #liveRows(number: number): readonly LiveRow[] {
    this.#live ??= this.#scanLog();
    return this.#live.get(number) ?? [];
  }

  #scanLog(): Map<number, LiveRow[]> {
    const live = new Map<number, LiveRow[]>();
    for (const row of this.#statements.log.iterate()) {
      const number = integerOf(row, 'invocation');
      const entries = integerOf(row, 'entries');
      // A mark makes the earlier rows void: they are in pages, or dropped.
      if (entries === 0) live.delete(number);
      else {
        const rows = live.get(number) ?? [];
        rows.push({ sequence: integerOf(row, 'sequence'), firstIndex: integerOf(row, 'first_index'), entries });
        live.set(number, rows);
      }
    }
    return live;
  }
}
