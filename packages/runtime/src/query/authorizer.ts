/**
 * What a statement from outside may do: read the published views, and nothing else. The tables behind them are the store's own business and
 * change with it.
 *
 * SQLite names the innermost view through which a column is read, and also reports the names of common table expressions there, which a
 * statement chooses itself. Permission therefore hangs on names that no statement can know: each published view is a shell around a view
 * with a random name.
 */
import { constants } from 'node:sqlite';
import type { DatabaseSync } from 'node:sqlite';

/** The name under which the store's database is attached. */
export const STORE_SCHEMA = 'store';

export interface Permission {
  /** Views through which the store may be read. */
  readonly views: ReadonlySet<string>;
  /** True while one of our own SQL functions reads the store for a statement. */
  readonly isInside: () => boolean;
}

export function authorizeReads(database: DatabaseSync, permission: Permission): void {
  database.setAuthorizer((action, table, column, schema, view) => {
    switch (action) {
      case constants.SQLITE_SELECT:
      case constants.SQLITE_RECURSIVE:
      case constants.SQLITE_FUNCTION:
        return constants.SQLITE_OK;
      case constants.SQLITE_READ: {
        if (permission.isInside()) return constants.SQLITE_OK;
        // The catalog, subqueries and functions that give rows are in other schemas, or in none.
        // A statement that counts the rows of a view reads no column, and then SQLite does not name the view.
        const isPublished = schema !== STORE_SCHEMA || column === '' || (view !== null && permission.views.has(view));
        const isDescription = table !== null && (table.startsWith('sqlite_') || table.startsWith('pragma_'));
        return isPublished && !isDescription ? constants.SQLITE_OK : constants.SQLITE_DENY;
      }
      default:
        return constants.SQLITE_DENY;
    }
  });
}
