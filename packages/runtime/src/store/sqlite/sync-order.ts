/** What the covering sync and its thread tell each other. One order is open at a time. */
export interface SyncWorkerInput {
  /** One word: REST, SYNC or STOP. */
  readonly order: Int32Array;
  readonly descriptor: number;
}

export const REST = 0;
export const SYNC = 1;
export const STOP = 2;

export type SyncOutcome = { readonly kind: 'synced' } | { readonly kind: 'failed'; readonly message: string };
