/* oxlint-disable unicorn/require-post-message-target-origin -- ports of threads have no origin, windows do */
/**
 * Copies the write-ahead log into the database in a thread of its own, with a connection of its own. Passive: it takes what no reader and no
 * writer holds, and waits for nobody. Connections of one process share SQLite's bookkeeping of file locks, across threads as well, so that
 * closing this one drops no lock of the others.
 */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointOutcome, CheckpointWorkerInput } from './checkpoint-outcome.ts';
import { isSyncFailure } from './sqlite-error.ts';

// Passed by checkpointer.ts, the only one that starts this file.
const { path } = workerData as CheckpointWorkerInput;
const database = new DatabaseSync(path, { timeout: 0 });
// The level at which a checkpoint syncs the log before, and the database after.
database.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0');
const checkpoint = database.prepare('pragma wal_checkpoint(passive)');

parentPort?.on('message', (request: 'checkpoint' | 'close') => {
  if (request === 'close') {
    database.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(run());
});

function run(): CheckpointOutcome {
  try {
    checkpoint.get();
    return { kind: 'done' };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: isSyncFailure(error) ? 'syncFailed' : 'failed', message };
  }
}
