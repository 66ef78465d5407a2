import { StoreError } from '../store-error.ts';
import type { StoreErrorCode } from '../store-error.ts';

/** Result codes of SQLite, https://www.sqlite.org/rescode.html. The low byte is the primary code. */
const BUSY = 5;
const IO = 10;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;
const IO_FSYNC = IO | (4 << 8);
const IO_DIRECTORY_FSYNC = IO | (5 << 8);

export function sqliteResultCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

export function isBusy(error: unknown): boolean {
  return ((sqliteResultCode(error) ?? 0) & 0xff) === BUSY;
}

/** A sync that SQLite did itself and that failed: as final as one of ours. */
export function isSyncFailure(error: unknown): boolean {
  const code = sqliteResultCode(error);
  return code === IO_FSYNC || code === IO_DIRECTORY_FSYNC;
}

const meanings: Readonly<
  Record<number, { readonly code: StoreErrorCode; readonly message: string; readonly hint: string }>
> = {
  [FULL]: {
    code: 'STORE_FULL',
    message: 'There is no space left for the store. The batch was rolled back.',
    hint: 'Free space on the disk of the data directory; the store goes on by itself.',
  },
  [IO]: {
    code: 'STORE_IO',
    message: 'The store could not read or write its files. The batch was rolled back.',
    hint: 'Look at the disk and the permissions of the data directory.',
  },
  [CORRUPT]: {
    code: 'STORE_CORRUPT',
    message: 'The store is damaged.',
    hint: 'Restore the data directory from a backup.',
  },
  [NOT_A_DATABASE]: {
    code: 'STORE_CORRUPT',
    message: 'A file in the data directory is not the database that it should be.',
    hint: 'Restore the data directory from a backup.',
  },
};

/** Gives errors of SQLite a code of ours; everything else stays what it is. */
export function toStoreError(error: unknown): unknown {
  const code = sqliteResultCode(error);
  if (code === undefined || error instanceof StoreError) return error;
  if (isSyncFailure(error)) return syncFailed(error);
  const meaning = meanings[code & 0xff];
  if (meaning === undefined) return error;
  return new StoreError(meaning.code, {
    message: meaning.message,
    hint: meaning.hint,
    details: { sqliteCode: code },
    retry: meaning.code === 'STORE_FULL' ? 'later' : 'no',
    cause: error,
  });
}

/** Reads the database; a page that is no page any more is found only now. */
export function withStoreErrors<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw toStoreError(error);
  }
}

export function syncFailed(cause: unknown): StoreError {
  return new StoreError('STORE_SYNC_FAILED', {
    message: 'The disk did not confirm a write. What the store wrote last may be lost, so the process must end.',
    hint: 'Check the disk, then start again: the store recovers what is really there.',
    cause,
  });
}
