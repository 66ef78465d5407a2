/** The read-only database as queries see it: views over the store, a catalog of them, and an authorizer in front. */
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { authorizeReads, STORE_SCHEMA } from './authorizer.ts';
import { registerFunctions } from './sql-functions.ts';
import type { SqlFunctions } from './sql-functions.ts';
import { allViews } from './views/all-views.ts';

export interface QueryDatabase {
  readonly database: DatabaseSync;
  readonly functions: SqlFunctions;
}

/** Bounds one value; the rows of an answer are bounded where they are collected. */
const VALUE_BYTES_MAX = 64 * 1024 * 1024;

export function openQueryDatabase(path: string): QueryDatabase {
  // The store is attached, not opened: what hangs on a read-only connection is read-only too, and the catalog has to be written once.
  const database = new DatabaseSync(':memory:', {
    timeout: 1000,
    enableForeignKeyConstraints: false,
    limits: { length: VALUE_BYTES_MAX, sqlLength: 1_000_000, exprDepth: 200, compoundSelect: 50 },
  });
  database.prepare(`attach ? as ${STORE_SCHEMA}`).run(`${pathToFileURL(path).href}?mode=ro`);
  const functions = registerFunctions(database);
  const views = new Set<string>();
  for (const view of allViews) {
    const inner = `${view.name}_${randomBytes(16).toString('hex')}`;
    database.exec(`create temp view ${inner} as ${view.sql}; create temp view ${view.name} as select * from ${inner}`);
    views.add(inner);
  }
  addCatalog(database);
  authorizeReads(database, { views, isInside: () => functions.isReading() });
  return { database, functions };
}

/** Tools and people ask `information_schema` what there is. */
function addCatalog(database: DatabaseSync): void {
  database.exec(`
    attach ':memory:' as information_schema;
    create table information_schema.tables (table_schema text, table_name text, table_type text) strict;
    create table information_schema.columns (
      table_schema text, table_name text, column_name text, ordinal_position integer) strict;`);
  const addTable = database.prepare(`insert into information_schema.tables values ('public', ?, 'VIEW')`);
  const addColumn = database.prepare(`insert into information_schema.columns values ('public', ?, ?, ?)`);
  for (const view of allViews) {
    addTable.run(view.name);
    const columns = database.prepare(`select * from ${view.name}`).columns();
    for (const [at, column] of columns.entries()) addColumn.run(view.name, column.name, at + 1);
  }
}
