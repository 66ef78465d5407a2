/**
 * Opens the embedded store: one directory, one process.
 *
 * Durability rests on four conditions. (1) Before anything is served, the log that a crash may have left is copied into the database and
 * synced, because recovery also reads frames that were never synced. (2) One connection stays open for the store's life, and no file of
 * the database is ever opened by anybody but SQLite, except for the log, which carries no locks. (3) A sync that fails ends the process.
 * (4) Whoever tells the outside what was read waits for a durable batch first; that is the partition's part.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../store-error.ts';
import { CoveringSync } from './covering-sync.ts';
import { databaseName } from './database-name.ts';
import { lockDirectory } from './directory-lock.ts';
import { applySchemaSteps, schemaSteps } from './schema-step.ts';
import { toStoreError } from './sqlite-error.ts';
import { clearSyncMark, readSyncMark, SyncMark } from './sync-mark.ts';
import { verifyLog } from './verify-log.ts';
import { SqliteStore } from './sqlite-store.ts';

export interface SqliteStoreOptions {
  /** Made when it does not exist. */
  readonly directory: string;
  /** The disk did not confirm a write. Nothing is acknowledged any more, and the process must end. */
  readonly onFatal: (error: StoreError) => void;
  /** For what an operator should know and the store survives. */
  readonly log?: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const directory = resolve(options.directory);
  const now = Date.now();
  makeDirectory(directory);
  const lock = lockDirectory(directory, now);
  let database: DatabaseSync | undefined;
  let mark: SyncMark | undefined;
  let sync: CoveringSync | undefined;
  try {
    const path = join(directory, databaseName);
    const logPath = `${path}-wal`;
    verifyLog({ logPath, directory, mark: readSyncMark(directory) });
    database = openDatabase(path);
    clearSyncMark(directory);
    applySchemaSteps(database, schemaSteps, now);
    // The log exists from the first write on; only then can it be opened for syncing.
    database.prepare('insert into start_record (pid, at) values (?, ?)').run(process.pid, now);
    mark = new SyncMark({ database, directory, logPath });
    sync = new CoveringSync({ path: logPath, onFatal: options.onFatal, mark });
    sync.verifyFile();
    sync.noteWrite();
    sync.coverAtOnce();
    syncDirectory(directory);
    const onTrouble = options.log ?? (() => {});
    return new SqliteStore({ database, path, sync, mark, lock, onTrouble });
  } catch (error) {
    await sync?.close();
    mark?.close();
    database?.close();
    lock.release();
    throw toStoreError(error);
  }
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: false });
  try {
    database.exec('pragma journal_mode = wal');
    // The log is synced by us, once for many commits; checkpoints are made by us as well, never inside a commit.
    database.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0');
    database.exec('pragma cache_size = -32768; pragma temp_store = memory');
    // Condition 1. A leftover reader can keep the log from being emptied, not from being synced: that the first cover() does.
    database.exec('pragma wal_checkpoint(truncate)');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Level by level, so that each new name is synced in its parent. */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  const parent = dirname(directory);
  makeDirectory(parent);
  try {
    mkdirSync(directory, { mode: 0o700 });
    syncDirectory(parent);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StoreError('STORE_IO', {
      message: `The data directory ${directory} cannot be made: ${reason}`,
      hint: 'Choose another with --data, or let this user write there.',
      details: { directory },
      cause,
    });
  }
}

/** A new file is found after a power loss only when its directory is on disk too. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
