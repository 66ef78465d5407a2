/**
 * One sync that covers many commits.
 *
 * SQLite with `synchronous=NORMAL` writes commits to the write-ahead log without waiting for the disk. An fdatasync of that file, begun after
 * a commit returned, makes the commit and all before it durable: the same as `synchronous=FULL`, with the wait moved to another thread and
 * shared by everybody who commits meanwhile.
 *
 * A sync that failed is never repeated: the kernel has dropped the pages that it could not write and calls the next attempt a success.
 */
import { closeSync, fdatasyncSync, fstatSync, openSync, statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { storeClosed } from '../store-error.ts';
import type { StoreError } from '../store-error.ts';
import { syncFailed } from './sqlite-error.ts';
import { STOP, SYNC } from './sync-order.ts';
import type { MarkedLog, SyncMark } from './sync-mark.ts';
import type { SyncOutcome, SyncWorkerInput } from './sync-order.ts';
import { workerFile } from './worker-file.ts';

interface Waiter {
  /** Number of the last write that must be covered. */
  readonly write: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface CoveringSyncOptions {
  /** The `-wal` file. It exists: the caller has written. */
  readonly path: string;
  /** Called once, before any waiter is rejected. The process must end. */
  readonly onFatal: (error: StoreError) => void;
  /** Is told how far the log was synced. */
  readonly mark?: Pick<SyncMark, 'look' | 'write'>;
}

export class CoveringSync {
  readonly #path: string;
  readonly #onFatal: (error: StoreError) => void;
  readonly #mark: CoveringSyncOptions['mark'];
  /** How far the log went when the sync under way began. */
  #marking: MarkedLog | undefined;
  readonly #descriptor: number;
  readonly #order = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker: Worker;
  #waiters: Waiter[] = [];
  #written = 0;
  #synced = 0;
  /** Writes that the sync under way covers. */
  #covering: number | undefined;
  #failure: StoreError | undefined;

  constructor(options: CoveringSyncOptions) {
    this.#path = options.path;
    this.#onFatal = options.onFatal;
    this.#mark = options.mark;
    // The log carries none of SQLite's locks, so that a descriptor of our own is harmless here, and only here.
    this.#descriptor = openSync(options.path, 'r+');
    const input: SyncWorkerInput = { order: this.#order, descriptor: this.#descriptor };
    // No options of the process: some of them make sense for its own entry point only.
    const workerOptions = { workerData: input, name: 'store-sync', execArgv: [] };
    this.#worker = new Worker(workerFile(import.meta.url, 'sync-worker'), workerOptions);
    this.#worker.on('message', (outcome: SyncOutcome) => this.#finish(outcome));
    this.#worker.on('error', (error) => this.fail(error));
    this.#worker.on('exit', () => this.fail(new Error('The sync thread ended.')));
    this.#worker.unref();
  }

  get failure(): StoreError | undefined {
    return this.#failure;
  }

  /** Tells that something was written to the log. */
  noteWrite(): void {
    this.#written += 1;
  }

  /** Resolves when everything written so far is on disk. */
  cover(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#synced >= this.#written) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ write: this.#written, resolve, reject });
      if (this.#covering === undefined) this.#begin();
    });
  }

  /** As `cover`, by the calling thread: while a store opens nobody is kept waiting, and the thread of its own takes longer to start. */
  coverAtOnce(): void {
    this.#covering = this.#written;
    this.#marking = this.#look();
    try {
      fdatasyncSync(this.#descriptor);
    } catch (error) {
      this.fail(error);
    }
    if (this.#failure !== undefined) throw this.#failure;
    this.#finish({ kind: 'synced' });
  }

  /**
   * Checks that the descriptor is still the file that SQLite writes. Somebody who replaced the file under us would make every later sync
   * a lie.
   */
  verifyFile(): void {
    const ours = fstatSync(this.#descriptor);
    const theirs = statSync(this.#path, { throwIfNoEntry: false });
    if (theirs?.ino === ours.ino && theirs.dev === ours.dev) return;
    this.fail(new Error(`The file ${this.#path} is no longer the one that the store writes.`));
  }

  async close(): Promise<void> {
    this.#worker.removeAllListeners('exit');
    for (const waiter of this.#waiters.splice(0)) waiter.reject(storeClosed());
    this.#failure ??= storeClosed();
    Atomics.store(this.#order, 0, STOP);
    Atomics.notify(this.#order, 0);
    await this.#worker.terminate();
    closeSync(this.#descriptor);
  }

  #begin(): void {
    this.#covering = this.#written;
    this.#marking = this.#look();
    this.#worker.ref();
    Atomics.store(this.#order, 0, SYNC);
    Atomics.notify(this.#order, 0);
  }

  /** A mark that cannot be made stays behind, which is allowed; whoever waits for the sync must not wait for ever. */
  #look(): MarkedLog | undefined {
    try {
      return this.#mark?.look();
    } catch {
      return undefined;
    }
  }

  #finish(outcome: SyncOutcome): void {
    if (outcome.kind === 'failed') {
      this.fail(new Error(outcome.message));
      return;
    }
    this.#synced = this.#covering ?? this.#synced;
    if (this.#marking !== undefined) this.#mark?.write(this.#marking);
    this.#covering = undefined;
    const covered = this.#waiters.filter((waiter) => waiter.write <= this.#synced);
    this.#waiters = this.#waiters.filter((waiter) => waiter.write > this.#synced);
    if (this.#waiters.length > 0) this.#begin();
    else this.#worker.unref();
    for (const waiter of covered) waiter.resolve();
  }

  /** Ends all syncing, because a sync failed here or inside SQLite. */
  fail(cause: unknown): void {
    if (this.#failure !== undefined) return;
    const failure = syncFailed(cause);
    this.#failure = failure;
    this.#onFatal(failure);
    for (const waiter of this.#waiters.splice(0)) waiter.reject(failure);
  }
}
