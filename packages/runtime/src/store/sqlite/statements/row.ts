/** Reads columns of rows with the type that the strict tables guarantee, so that no row type is believed on sight. */
import type { SQLOutputValue } from 'node:sqlite';
import { StoreError } from '../../store-error.ts';

export type Row = Readonly<Record<string, SQLOutputValue>>;

export function textOf(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : refuse(column, value);
}

export function integerOf(row: Row, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : refuse(column, value);
}

export function bytesOf(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : refuse(column, value);
}

export function findText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : textOf(row, column);
}

export function findBytes(row: Row, column: string): Uint8Array | undefined {
  return row[column] === null ? undefined : bytesOf(row, column);
}

function refuse(column: string, value: SQLOutputValue | undefined): never {
  throw new StoreError('STORE_CORRUPT', {
    message: `Column ${column} holds ${value === null ? 'nothing' : `a value of type ${typeof value}`}.`,
    hint: 'The store is damaged. Restore the data directory from a backup.',
    details: { column },
  });
}
