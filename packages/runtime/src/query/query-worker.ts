/* oxlint-disable unicorn/require-post-message-target-origin -- ports of threads have no origin, windows do */
/** The thread of the query process that SQLite blocks. Its process can be killed at any moment: it only reads. */
import { parentPort, workerData } from 'node:worker_threads';
import { openQueryDatabase } from './query-database.ts';
import type { QueryRequest } from './query-message.ts';
import { runStatement } from './run-statement.ts';

// Passed by query-process.ts, the only one that starts this file.
const { path } = workerData as { readonly path: string };
const opened = openQueryDatabase(path);

parentPort?.on('message', (request: QueryRequest) => parentPort?.postMessage(runStatement(opened, request)));
