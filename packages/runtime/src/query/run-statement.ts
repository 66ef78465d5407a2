/** Runs one statement and collects its rows, in the thread of the query process. */
import type { SQLOutputValue } from 'node:sqlite';
import { sqliteResultCode } from '../store/sqlite/sqlite-error.ts';
import type { QueryDatabase } from './query-database.ts';
import type { QueryAnswer, QueryCell, QueryRequest } from './query-message.ts';

/** Result codes of SQLite, https://www.sqlite.org/rescode.html. */
const TOO_BIG = 18;
const AUTH = 23;

/** Columns that are true or false; SQLite has only 0 and 1. */
const booleanColumns: ReadonlySet<string> = new Set(['completed', 'public', 'closing']);

export function runStatement({ database, functions }: QueryDatabase, request: QueryRequest): QueryAnswer {
  const { number, sql, values, rowsMax, bytesMax } = request;
  try {
    functions.beginQuery();
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    const columns = statement.columns().map((column) => column.name);
    const rows: QueryCell[][] = [];
    let bytes = 0;
    // With returnArrays a row is an array of its cells, which the type of `iterate` does not know.
    for (const row of statement.iterate(...values) as unknown as Iterable<readonly SQLOutputValue[]>) {
      if (rows.length === rowsMax) return { number, kind: 'rows', columns, rows, truncated: true };
      const cells = row.map((value, at) => toCell(value, booleanColumns.has(columns[at] ?? '')));
      bytes += cells.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 0);
      if (bytes > bytesMax) {
        const message = `The rows take more than ${bytesMax} bytes; ${rows.length} rows fit.`;
        return { number, kind: 'failed', code: 'QUERY_TOO_LARGE', message };
      }
      rows.push(cells);
    }
    return { number, kind: 'rows', columns, rows, truncated: false };
  } catch (error) {
    return { number, kind: 'failed', ...judge(error) };
  }
}

function judge(error: unknown): Pick<Extract<QueryAnswer, { kind: 'failed' }>, 'code' | 'message'> {
  const message = error instanceof Error ? error.message : String(error);
  const code = (sqliteResultCode(error) ?? 0) & 0xff;
  if (code === AUTH) return { code: 'QUERY_REFUSED', message: `The query is refused: ${message}.` };
  if (code === TOO_BIG) return { code: 'QUERY_TOO_LARGE', message: 'A value in the query is too large.' };
  return { code: 'QUERY_INVALID', message: `The query cannot be run: ${message}.` };
}

function toCell(value: SQLOutputValue, isBoolean: boolean): QueryCell {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64');
  if (typeof value !== 'bigint') return value;
  if (isBoolean && (value === 0n || value === 1n)) return value === 1n;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
