/* oxlint-disable unicorn/require-post-message-target-origin -- ports of threads have no origin, windows do */
/**
 * Keeps the write-ahead log from growing for ever. The bulk is copied by a thread while writing goes on. Under steady load that thread never
 * catches up entirely, so that the log would never begin again at its start: when it is long, the writer copies the small rest itself,
 * between two batches, and makes it begin again.
 */
import { Worker } from 'node:worker_threads';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CheckpointOutcome, CheckpointWorkerInput } from './checkpoint-outcome.ts';
import { isBusy, isSyncFailure } from './sqlite-error.ts';
import { integerOf } from './statements/row.ts';
import { workerFile } from './worker-file.ts';

/** Commits between two looks at the log's length. A look costs about as much as a small row. */
const LOOK_EVERY = 8;
/** Frames of 4 KiB that are worth a copy by the thread. */
const COPY_FRAMES = 4096;
/** From here on the log should begin again, as soon as the thread has left little to copy. */
const RESTART_FRAMES = 4 * COPY_FRAMES;
/** From here on it must, whatever is left: writing waits, rather than outrunning the thread for ever. */
const LIMIT_FRAMES = 2 * RESTART_FRAMES;

export interface CheckpointerOptions {
  readonly database: DatabaseSync;
  readonly path: string;
  readonly onSyncFailed: (cause: Error) => void;
  /** After each checkpoint, whoever made it. */
  readonly onCheckpoint: () => void;
  readonly onTrouble: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #measure: StatementSync;
  readonly #restart: StatementSync;
  #worker: Worker | undefined;
  #copying = false;
  #commits = 0;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    this.#measure = options.database.prepare('pragma wal_checkpoint(noop)');
    this.#restart = options.database.prepare('pragma wal_checkpoint(restart)');
  }

  /** Called after every commit, outside of a transaction. */
  noteCommit(): void {
    this.#commits += 1;
    if (this.#commits >= LOOK_EVERY && !this.#copying) this.#look();
  }

  #look(): void {
    this.#commits = 0;
    const row = this.#measure.get() ?? {};
    const length = integerOf(row, 'log');
    const copied = integerOf(row, 'checkpointed');
    const left = length - copied;
    if (length >= LIMIT_FRAMES || (length >= RESTART_FRAMES && left < COPY_FRAMES)) this.#restartLog();
    else if (left >= COPY_FRAMES) this.#copy();
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.removeAllListeners();
    worker.ref();
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage('close');
    await ended;
  }

  #copy(): void {
    this.#copying = true;
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage('checkpoint');
  }

  #startWorker(): Worker {
    const input: CheckpointWorkerInput = { path: this.#options.path };
    const worker = new Worker(workerFile(import.meta.url, 'checkpoint-worker'), {
      workerData: input,
      name: 'store-checkpoint',
      execArgv: [],
    });
    worker.on('message', (outcome: CheckpointOutcome) => this.#finish(outcome));
    worker.on('error', (error) => {
      // The thread is gone; the next look starts another.
      this.#worker = undefined;
      this.#finish({ kind: isSyncFailure(error) ? 'syncFailed' : 'failed', message: String(error) });
    });
    worker.unref();
    return worker;
  }

  #finish(outcome: CheckpointOutcome): void {
    this.#copying = false;
    if (outcome.kind === 'syncFailed') this.#options.onSyncFailed(new Error(outcome.message));
    else if (outcome.kind === 'failed') this.#trouble(outcome.message);
    this.#options.onCheckpoint();
    if (outcome.kind === 'done') this.#look();
  }

  #restartLog(): void {
    try {
      // Busy means that a reader still needs the log: the next look tries again.
      this.#restart.get();
    } catch (error) {
      if (isSyncFailure(error)) this.#options.onSyncFailed(error instanceof Error ? error : new Error(String(error)));
      else if (!isBusy(error)) this.#trouble(String(error));
    }
    this.#options.onCheckpoint();
  }

  #trouble(reason: string): void {
    this.#options.onTrouble('The write-ahead log could not be copied into the database; it grows until it can.', {
      reason,
    });
  }
}
