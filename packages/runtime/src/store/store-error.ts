/**
 * What can go wrong with a store, apart from bugs. A rejected commit always leaves its partition handle unusable: the partition opens
 * it again and reads what is true.
 */
export type StoreErrorCode =
  /** Another process has the data directory. */
  | 'STORE_LOCKED'
  /** A newer release of Holdfast wrote the store. */
  | 'STORE_NEWER'
  /** A schema step that was applied is not the one that this release knows under its number. */
  | 'STORE_SCHEMA_CHANGED'
  /** The files are damaged, or somebody replaced them. */
  | 'STORE_CORRUPT'
  /** No space left; the batch was rolled back. */
  | 'STORE_FULL'
  /** Reading or writing failed; the batch was rolled back. */
  | 'STORE_IO'
  /** The disk did not confirm a write. The process must end. */
  | 'STORE_SYNC_FAILED'
  /** The registry was changed by somebody else. */
  | 'STORE_REVISION_CONFLICT'
  /** Frames would leave a gap in a journal, or overwrite it: a bug in the caller. */
  | 'STORE_JOURNAL_GAP'
  /** Frames for an invocation that has no record: a bug in the caller. */
  | 'STORE_JOURNAL_ORPHANED'
  | 'STORE_JOURNAL_TOO_LONG'
  /** The outcome of a commit is not known. */
  | 'STORE_OUTCOME_UNKNOWN'
  /** The handle is no longer the partition's: it was opened again, or a commit failed. */
  | 'STORE_FENCED'
  | 'STORE_CLOSED';

export interface StoreErrorOptions {
  readonly message: string;
  readonly hint: string;
  /** JSON-safe. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retry?: 'no' | 'later' | 'other-node';
  readonly cause?: unknown;
}

/** Compare `code`, not the class: two copies of a package may be loaded. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retry: 'no' | 'later' | 'other-node';

  constructor(code: StoreErrorCode, options: StoreErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StoreError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.retry = options.retry ?? 'no';
  }
}

export function storeClosed(): StoreError {
  return new StoreError('STORE_CLOSED', {
    message: 'The store is closed.',
    hint: 'Open it again; a closed store serves nothing.',
  });
}

export function partitionFenced(partition: number): StoreError {
  return new StoreError('STORE_FENCED', {
    message: `This handle of partition ${partition} is no longer valid: a commit failed on it, or the partition was opened again.`,
    hint: 'Open the partition again and read what is stored before going on.',
    details: { partition },
    retry: 'later',
  });
}

export function journalGap(gap: {
  readonly invocation: string;
  readonly expected: number;
  readonly found: number;
}): StoreError {
  return new StoreError('STORE_JOURNAL_GAP', {
    message: `Journal of ${gap.invocation}: entry ${gap.expected} comes next, but entry ${gap.found} was to be appended.`,
    hint: 'This is a bug in Holdfast. Nothing of the batch was stored.',
    details: { ...gap },
  });
}

export function journalOrphaned(invocation: string): StoreError {
  return new StoreError('STORE_JOURNAL_ORPHANED', {
    message: `Entries were to be appended to the journal of ${invocation}, which has no record.`,
    hint: 'This is a bug in Holdfast. Nothing of the batch was stored.',
    details: { invocation },
  });
}

export function revisionConflict(revision: { readonly stored: number; readonly offered: number }): StoreError {
  return new StoreError('STORE_REVISION_CONFLICT', {
    message: `The registry is at revision ${revision.stored}; revision ${revision.offered} cannot follow it.`,
    hint: 'Load the registry again and repeat the change on top of it.',
    details: { ...revision },
    retry: 'later',
  });
}
