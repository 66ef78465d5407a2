/** SQL functions that the views are written with. They read journals through their own statements, on the query's snapshot. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { isCommandType, messageTypeName } from '@holdfast/protocol';
import { journalEntryColumn } from './journal-entry.ts';
import { JournalReader, prepareJournalReads } from './journal-reader.ts';
import { readUtf8 } from './utf8-text.ts';

export interface SqlFunctions {
  /** Forgets what the last query saw. */
  beginQuery(): void;
  /** True while a function reads the store. */
  isReading(): boolean;
}

export function registerFunctions(database: DatabaseSync): SqlFunctions {
  const statements = prepareJournalReads(database);
  let reader = new JournalReader(statements);
  let reading = false;

  /** A function that reads the store, which nobody but these may do directly. */
  const addReading = (name: string, parameters: number, read: (...values: SQLOutputValue[]) => SQLInputValue): void => {
    const run = (...values: SQLOutputValue[]): SQLInputValue => {
      reading = true;
      try {
        const value = read(...values);
        // Numbers of JavaScript become floating point in SQLite, and every number here is a whole one.
        return typeof value === 'number' ? BigInt(value) : value;
      } finally {
        reading = false;
      }
    };
    // SQLite counts the parameters of a function by its `length`.
    database.function(name, Object.defineProperty(run, 'length', { value: parameters }));
  };

  database.function('utf8', (value: SQLOutputValue) =>
    value instanceof Uint8Array ? (readUtf8(value) ?? null) : null,
  );
  database.function('message_type_name', (type: SQLOutputValue) =>
    type === null ? null : messageTypeName(Number(type)),
  );
  addReading('journal_length', 2, (number, counted) => reader.countEntries(Number(number), Number(counted)));
  addReading('journal_commands', 3, (number, entries, commands) => {
    if (reader.countEntries(Number(number), Number(entries)) === Number(entries)) return Number(commands);
    return reader.frames(Number(number)).filter((frame) => isCommandType(frame.type)).length;
  });
  addReading('journal_places', 1, (number) => JSON.stringify([...reader.frames(Number(number)).keys()]));
  addReading('journal_entry', 3, (number, index, column) =>
    journalEntryColumn({ reader, number: Number(number), index: Number(index) }, String(column)),
  );
  return {
    beginQuery() {
      reader = new JournalReader(statements);
    },
    isReading: () => reading,
  };
}
