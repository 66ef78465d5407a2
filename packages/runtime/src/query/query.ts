/**
 * Read-only SQL over the store, in a process beside the runtime. The process starts with the first query, answers one at a time, is killed
 * when a query takes too long, and ends when nobody has asked for a while: a runtime that is not queried pays nothing.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseName } from '../store/sqlite/database-name.ts';
import { workerFile } from '../store/sqlite/worker-file.ts';
import { QueryError } from './query-error.ts';
import type { JsonRow, QueryAnswer, QueryRequest } from './query-message.ts';
import { checkStatement } from './statement.ts';

export interface QueryOptions {
  /** The data directory of the runtime. */
  readonly directory: string;
  /** Resolves when everything committed so far is on disk: an answer must not tell what a power loss could undo. */
  readonly settle?: () => Promise<void>;
  readonly timeoutMs: number;
  readonly rowsMax: number;
  readonly bytesMax?: number;
  readonly idleMs?: number;
}

export interface QueryRows {
  readonly columns: readonly string[];
  readonly rows: readonly JsonRow[];
  /** More rows matched than `rowsMax`. */
  readonly truncated: boolean;
}

interface Waiting {
  readonly request: QueryRequest;
  readonly resolve: (rows: QueryRows) => void;
  readonly reject: (error: Error) => void;
}

const BYTES_MAX = 64 * 1024 * 1024;
const IDLE_MS = 60_000;
const WAITING_MAX = 64;
const CHILD_HEAP_MB = 512;

export class Query {
  readonly #options: QueryOptions;
  readonly #waiting: Waiting[] = [];
  #current: Waiting | undefined;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #number = 0;
  #closed = false;

  constructor(options: QueryOptions) {
    this.#options = options;
  }

  /** Rejects with a QueryError. */
  run(sql: string, values: readonly string[] = []): Promise<QueryRows> {
    const statement = checkStatement(sql);
    if (statement.kind === 'refused') {
      return Promise.reject(
        new QueryError(
          'QUERY_REFUSED',
          statement.message,
          'Read from the views, such as sys_invocation; acts on invocations have routes of their own.',
        ),
      );
    }
    if (this.#closed || this.#waiting.length >= WAITING_MAX) {
      return Promise.reject(
        new QueryError('QUERY_UNAVAILABLE', `${this.#waiting.length} queries wait already.`, 'Repeat it in a moment.'),
      );
    }
    const { rowsMax, bytesMax = BYTES_MAX } = this.#options;
    const request: QueryRequest = { number: ++this.#number, sql: statement.sql, values, rowsMax, bytesMax };
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      this.#next();
    });
  }

  close(): void {
    this.#closed = true;
    const left = [...(this.#current === undefined ? [] : [this.#current]), ...this.#waiting.splice(0)];
    this.#kill();
    for (const one of left)
      one.reject(
        new QueryError('QUERY_UNAVAILABLE', 'The runtime is shutting down.', 'Repeat it when the runtime is up again.'),
      );
  }

  #next(): void {
    if (this.#current !== undefined) return;
    clearTimeout(this.#timer);
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#timer = setTimeout(() => this.#kill(), this.#options.idleMs ?? IDLE_MS);
      this.#timer.unref();
      return;
    }
    this.#current = next;
    this.#child ??= this.#start();
    this.#timer = setTimeout(() => this.#timedOut(), this.#options.timeoutMs);
    this.#child.send(next.request);
  }

  #start(): ChildProcess {
    const file = fileURLToPath(workerFile(import.meta.url, 'query-process'));
    // From source, packages are read from source too: their builds may be older.
    const conditions = file.endsWith('.ts') ? ['--conditions=holdfast-source'] : [];
    const child = fork(file, [join(this.#options.directory, databaseName)], {
      execArgv: [...conditions, `--max-old-space-size=${CHILD_HEAP_MB}`, '--disable-warning=ExperimentalWarning'],
      // The runtime's environment may hold secrets, and a query needs none of it.
      env: {},
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let lastWords = '';
    child.stderr?.on('data', (chunk: Buffer) => (lastWords = (lastWords + chunk.toString('utf8')).slice(-2_000)));
    // The channel must not keep a closing runtime alive.
    child.unref();
    child.channel?.unref();
    child.on('message', (message) => {
      // Only query-process.ts has the other end of this channel.
      if (this.#child === child) this.#answered(message as QueryAnswer);
    });
    child.on('error', (error) => this.#ended(child, error.message));
    child.on('exit', (code, signal) => this.#ended(child, `It ended with ${signal ?? `code ${code}`}. ${lastWords}`));
    return child;
  }

  #answered(answer: QueryAnswer): void {
    const current = this.#current;
    if (current?.request.number !== answer.number) return;
    this.#current = undefined;
    if (answer.kind === 'rows') void this.#settle(current, answer);
    else current.reject(failedQuery(answer));
    this.#next();
  }

  async #settle(asked: Waiting, { columns, rows, truncated }: Extract<QueryAnswer, { kind: 'rows' }>): Promise<void> {
    try {
      await this.#options.settle?.();
      const named = rows.map((cells) => Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? null])));
      asked.resolve({ columns, rows: named, truncated });
    } catch (error) {
      asked.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #timedOut(): void {
    const current = this.#current;
    this.#current = undefined;
    this.#kill();
    const { timeoutMs } = this.#options;
    current?.reject(
      new QueryError(
        'QUERY_TIMEOUT',
        `The query took longer than ${timeoutMs} ms and was stopped.`,
        'Narrow it, for example by id, status or limit; or raise query.timeout.',
        { timeoutMs },
      ),
    );
    this.#next();
  }

  #ended(child: ChildProcess, reason: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    const current = this.#current;
    this.#current = undefined;
    current?.reject(
      new QueryError(
        'QUERY_TOO_LARGE',
        `The query process ended before it answered; the query needed too much memory, or the store could not be opened. ${reason}`.trim(),
        'Narrow the query, for example by id, status or limit.',
      ),
    );
    this.#next();
  }

  #kill(): void {
    clearTimeout(this.#timer);
    const child = this.#child;
    this.#child = undefined;
    this.#current = undefined;
    child?.kill('SIGKILL');
  }
}

function failedQuery(answer: Extract<QueryAnswer, { kind: 'failed' }>): QueryError {
  const hints = {
    QUERY_INVALID:
      'The dialect is that of SQLite. Tables and their columns are in information_schema.tables and information_schema.columns.',
    QUERY_REFUSED: 'Read from the views, such as sys_invocation, sys_journal, sys_deployment, sys_service and state.',
    QUERY_TOO_LARGE: 'Select fewer columns or rows.',
  };
  return new QueryError(answer.code, answer.message, hints[answer.code]);
}
