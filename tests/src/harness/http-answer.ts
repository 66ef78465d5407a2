/** What an HTTP request was answered, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly bytes: Uint8Array;
  /** The body as JSON, in the shape that the caller knows the route to answer. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- states the documented shape at each call
  json<T>(): T;
}

export interface HttpQuestion {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body that is sent as JSON, with that content type. */
  readonly json?: unknown;
  /** A body that is sent as it is, with the content type in `headers` or none. */
  readonly raw?: string | Uint8Array;
  readonly timeoutMs?: number;
}

/** Asks over HTTP and reads the whole answer. Every status is an answer; only a lost connection or the timeout throws. */
export async function askHttp(url: string, question: HttpQuestion = {}): Promise<HttpAnswer> {
  const isJson = question.json !== undefined;
  const text = isJson ? JSON.stringify(question.json) : question.raw;
  const body = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const response = await fetch(url, {
    method: question.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...(isJson ? { 'content-type': 'application/json' } : {}), ...question.headers },
    // Always bytes: fetch adds a content type of its own to a string.
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
    signal: AbortSignal.timeout(question.timeoutMs ?? 30_000),
  });
  const received = new Uint8Array(await response.arrayBuffer());
  const answered = new TextDecoder().decode(received);
  return {
    status: response.status,
    headers: response.headers,
    text: answered,
    bytes: received,
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as declared above
    json: <T>(): T => {
      try {
        // The caller states the documented shape; the assertions of the test check what matters of it.
        return JSON.parse(answered) as T;
      } catch {
        throw new Error(`${url} answered ${response.status} with a body that is not JSON: ${answered.slice(0, 500)}`);
      }
    },
  };
}
