import { waitUntil } from '@holdfast/testing';
import { z } from 'zod';

/** The target's side for operators. */
export interface Admin {
  register(url: string): Promise<string>;
  ask(
    method: 'GET' | 'PATCH' | 'DELETE',
    path: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<AdminAnswer>;
  /** Rows of a read-only SQL query. Columns that are null may be absent. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** What the target's `sys_invocation` says about an invocation. */
  findInvocation(invocation: string): Promise<InvocationRow | undefined>;
  /** Waits until `sys_invocation` shows what is waited for. */
  waitForInvocation(invocation: string, what: string, isIt: (row: InvocationRow) => boolean): Promise<InvocationRow>;
}

export interface AdminAnswer {
  readonly status: number;
  readonly text: string;
  /** The body as JSON; undefined if it is none. */
  readonly json: unknown;
}

export type InvocationRow = z.infer<typeof invocationRow>;

const answerTimeoutMs = 20_000;
const registration = z.object({ id: z.string() });
const answeredRows = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });
const invocationRow = z.object({
  status: z.string(),
  pinned_deployment_id: z.string().nullish(),
  retry_count: z.number().nullish(),
  last_failure: z.string().nullish(),
  last_failure_error_code: z.string().nullish(),
});

export function adminAt(url: string): Admin {
  async function ask(path: string, init: RequestInit): Promise<AdminAnswer> {
    const response = await fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(answerTimeoutMs) });
    const text = await response.text();
    return { status: response.status, text, json: parseJson(text) };
  }

  async function post(path: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const answer = await ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.status >= 300)
      throw new Error(`The admin API answered POST ${path} with ${answer.status}: ${answer.text}`);
    return answer.json;
  }

  const query: Admin['query'] = async (sql) => answeredRows.parse(await post('/query', { query: sql })).rows;

  const findInvocation: Admin['findInvocation'] = async (invocation) => {
    const [row] = await query(`SELECT * FROM sys_invocation WHERE id = '${invocation}'`);
    return row === undefined ? undefined : invocationRow.parse(row);
  };

  return {
    register: async (uri) => registration.parse(await post('/deployments', { uri })).id,
    ask: (method, path, headers = {}) => ask(path, { method, headers }),
    query,
    findInvocation,
    waitForInvocation: (invocation, what, isIt) =>
      waitUntil(`${invocation} ${what}`, async () => {
        const row = await findInvocation(invocation);
        return row !== undefined && isIt(row) ? row : undefined;
      }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
