import { askHttp } from './http-answer.ts';
import type { HttpAnswer, HttpQuestion } from './http-answer.ts';
import { waitUntil } from './wait-until.ts';

/** Columns of `sys_invocation` that both targets have. */
export interface InvocationRow {
  readonly id: string;
  readonly target: string;
  readonly status: string;
  readonly target_service_name: string;
  readonly target_service_key?: string;
  readonly target_handler_name: string;
  readonly target_service_ty: string;
  readonly idempotency_key?: string;
  readonly invoked_by: string;
  readonly invoked_by_id?: string;
  readonly restarted_from?: string;
  readonly pinned_deployment_id?: string;
  readonly pinned_service_protocol_version?: number;
  readonly journal_size?: number;
  readonly retry_count?: number;
  readonly last_failure?: string;
  readonly last_failure_error_code?: string;
  readonly completion_result?: string;
  readonly completion_failure?: string;
}

export interface RegisterOptions {
  readonly use_http_11?: boolean;
  readonly force?: boolean;
  readonly breaking?: boolean;
  readonly dry_run?: boolean;
  readonly additional_headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

type InvocationAct = 'cancel' | 'kill' | 'pause' | 'resume' | 'restart-as-new' | 'purge' | 'purge-journal';

/** The admin port, in the shapes that Restate gives it. */
export class AdminHttp {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  ask(path: string, question: HttpQuestion = {}): Promise<HttpAnswer> {
    return askHttp(`${this.url}${path}`, question);
  }

  /** Asks for a registration and returns whatever is answered. */
  tryRegister(uri: string, options: RegisterOptions = {}): Promise<HttpAnswer> {
    return this.ask('/deployments', { json: { uri, ...options } });
  }

  /** Registers a deployment and returns its id; throws if it is refused. */
  async register(uri: string, options: RegisterOptions = {}): Promise<string> {
    const answer = await this.tryRegister(uri, options);
    if (answer.status !== 200 && answer.status !== 201) {
      throw new Error(`Registering ${uri} answered ${answer.status}: ${answer.text}`);
    }
    return answer.json<{ id: string }>().id;
  }

  /** `PATCH /invocations/{id}/{act}`; `query` is e.g. `deployment=latest`. */
  act(invocationId: string, act: InvocationAct, query = ''): Promise<HttpAnswer> {
    return this.ask(`/invocations/${invocationId}/${act}${query === '' ? '' : `?${query}`}`, { method: 'PATCH' });
  }

  /** Rows of a read-only SQL query. Columns that are null may be absent. */
  async query<Row>(sql: string): Promise<Row[]> {
    const answer = await this.ask('/query', { json: { query: sql }, headers: { accept: 'application/json' } });
    if (answer.status !== 200) throw new Error(`The query "${sql}" answered ${answer.status}: ${answer.text}`);
    return answer.json<{ rows: Row[] }>().rows;
  }

  async findInvocation(invocationId: string): Promise<InvocationRow | undefined> {
    const rows = await this.query<InvocationRow>(`select * from sys_invocation where id = '${invocationId}'`);
    return rows[0];
  }

  /** Waits until the invocation has one of the statuses and returns its row. */
  async waitForStatus(invocationId: string, ...statuses: string[]): Promise<InvocationRow> {
    let seen = 'no row';
    return waitUntil(`${invocationId} is ${statuses.join(' or ')}`, async () => {
      const row = await this.findInvocation(invocationId);
      seen = row === undefined ? 'no row' : `${row.status}, last failure ${row.last_failure ?? 'none'}`;
      return row !== undefined && statuses.includes(row.status) ? row : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)} It was last seen as: ${seen}.`);
    });
  }

  /** Waits until nothing is known about the invocation any more. */
  async waitUntilGone(invocationId: string): Promise<void> {
    await waitUntil(`${invocationId} is gone`, async () => (await this.findInvocation(invocationId)) === undefined);
  }
}
