/* oxlint-disable unicorn/require-post-message-target-origin -- ports of threads have no origin, windows do */
/**
 * The process that runs queries, started by query.ts with the database's path. SQLite works in a thread, so that this one stays awake
 * and notices when the runtime is gone: a query that runs for ever must not outlive it.
 */
import { Worker } from 'node:worker_threads';
import { workerFile } from '../store/sqlite/worker-file.ts';
import type { QueryAnswer, QueryRequest } from './query-message.ts';

const [path] = process.argv.slice(2);
const worker = new Worker(workerFile(import.meta.url, 'query-worker'), { workerData: { path } });

worker.on('message', (answer: QueryAnswer) => process.send?.(answer));
worker.on('error', (error) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
process.on('message', (request: QueryRequest) => worker.postMessage(request));
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
