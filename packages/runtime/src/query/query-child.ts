/**
 * The query process. A query that runs away cannot be interrupted from inside, so it runs where it can be killed. It has a connection of
 * its own that can only read; an authorizer lets it see the views and nothing behind them.
 */
import { constants, DatabaseSync } from 'node:sqlite';
import type { SQLOutputValue, SQLInputValue } from 'node:sqlite';
import { messageTypeName } from '@holdfast/protocol';
import { describeEntries, textOf } from './journal-entries.ts';
import type { JsonRow, QueryAnswer, QueryRequest } from './query-message.ts';
import { booleanColumns, viewsSql } from './views.ts';

const path = process.argv[2];
if (path === undefined || process.send === undefined) throw new Error('This process is started by the runtime.');
const database = openDatabase(path);

process.on('message', (message) => {
  // Only the runtime has the other end of this channel.
  const request = message as QueryRequest;
  process.send?.(answer(request));
});
process.on('disconnect', () => process.exit(0));

function openDatabase(file: string): DatabaseSync {
  const opened = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  const options = { deterministic: true } as const;
  opened.function('journal_entries', options, (firstIndex: SQLOutputValue, frames: SQLOutputValue) =>
    frames instanceof Uint8Array ? describeEntries(Number(firstIndex), frames) : '[]',
  );
  opened.function('value_text', options, (value: SQLOutputValue) =>
    value instanceof Uint8Array ? (textOf(value) ?? null) : null,
  );
  opened.function('message_type_name', options, (type: SQLOutputValue) =>
    typeof type === 'number' ? messageTypeName(type) : null,
  );
  opened.exec(viewsSql);
  opened.setAuthorizer(authorize);
  return opened;
}

/** The fifth argument names the view through which a column is read. */
function authorize(
  action: number,
  first: string | null,
  _second: string | null,
  schema: string | null,
  via: string | null,
): number {
  switch (action) {
    case constants.SQLITE_SELECT:
    case constants.SQLITE_RECURSIVE:
      return constants.SQLITE_OK;
    case constants.SQLITE_READ:
      return schema !== 'main' || via !== null || first?.startsWith('json_')
        ? constants.SQLITE_OK
        : constants.SQLITE_DENY;
    case constants.SQLITE_FUNCTION:
      return _second === 'load_extension' ? constants.SQLITE_DENY : constants.SQLITE_OK;
    default:
      return constants.SQLITE_DENY;
  }
}

function answer({ number, sql, values, rowsMax, bytesMax }: QueryRequest): QueryAnswer {
  try {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    const rows: JsonRow[] = [];
    let bytes = 0;
    for (const row of statement.iterate(...(values satisfies readonly SQLInputValue[]))) {
      if (rows.length === rowsMax) return { number, kind: 'rows', rows, truncated: true };
      const json = toJsonRow(row);
      bytes += JSON.stringify(json).length;
      if (bytes > bytesMax) {
        return {
          number,
          kind: 'failed',
          code: 'QUERY_TOO_LARGE',
          message: `The rows take more than ${bytesMax} bytes; ${rows.length} rows fit.`,
        };
      }
      rows.push(json);
    }
    return { number, kind: 'rows', rows, truncated: false };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const refused = message.includes('not authorized') || message.includes('prohibited');
    return { number, kind: 'failed', code: refused ? 'QUERY_REFUSED' : 'QUERY_INVALID', message };
  }
}

function toJsonRow(row: Readonly<Record<string, SQLOutputValue>>): JsonRow {
  const json: { [name: string]: JsonRow[string] } = Object.create(null);
  for (const [name, value] of Object.entries(row)) json[name] = toJson(name, value);
  return json;
}

function toJson(name: string, value: SQLOutputValue): JsonRow[string] {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value !== 'bigint') return value;
  if (booleanColumns.has(name) && (value === 0n || value === 1n)) return value === 1n;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}
