import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request and its answer. Headers of the answer collect here as they become known, so that errors carry them too. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The part of the URL after `?`, or empty. */
  readonly query: string;
  readonly headers: [name: string, value: string][];
}
