/* oxlint-disable unicorn/require-post-message-target-origin -- ports of threads have no origin, windows do */
/**
 * The thread that waits for the disk. It sleeps on a word of shared memory, because waking it through its event loop would cost more than
 * the sync itself on a fast disk, and answers by message. The thread pool of Node is no place for this: DNS and zlib share its four threads.
 */
import { fdatasyncSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { REST, STOP } from './sync-order.ts';
import type { SyncOutcome, SyncWorkerInput } from './sync-order.ts';

// Passed by covering-sync.ts, the only one that starts this file.
const { order, descriptor } = workerData as SyncWorkerInput;

for (;;) {
  Atomics.wait(order, 0, REST);
  if (Atomics.load(order, 0) === STOP) break;
  const outcome = sync();
  Atomics.store(order, 0, REST);
  parentPort?.postMessage(outcome);
  if (outcome.kind === 'failed') break;
}

function sync(): SyncOutcome {
  try {
    fdatasyncSync(descriptor);
    return { kind: 'synced' };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
