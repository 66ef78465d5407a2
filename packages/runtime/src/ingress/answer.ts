import type { Failure } from '@holdfast/protocol';
import type { ApiError } from '../api-error.ts';
import type { Exchange } from './exchange.ts';

/** Whether the ingress, or the invocation itself, is where an error comes from. */
export type ErrorSource = 'ingress' | 'invocation';

// After an overload or a restart of a partition a second is long enough for most work to have gone on.
const retryAfterSeconds = 1;

export function answerBytes(exchange: Exchange, status: number, body: Uint8Array): void {
  const { response } = exchange;
  if (response.headersSent || response.destroyed) return;
  const flat: string[] = ['content-length', String(body.length)];
  for (const [name, value] of exchange.headers) if (isHeaderText(value)) flat.push(name, value);
  response.writeHead(status, flat);
  response.end(body);
}

export function answerJson(exchange: Exchange, status: number, body: unknown): void {
  exchange.headers.push(['content-type', 'application/json']);
  answerBytes(exchange, status, Buffer.from(JSON.stringify(body)));
}

/** An error of the ingress: Restate's shape, where `code` is the status, with our stable code and hint beside it. */
export function answerError(exchange: Exchange, error: ApiError, source: ErrorSource = 'ingress'): void {
  const status = error.httpStatus;
  exchange.headers.push(['x-restate-error-source', source]);
  if (status === 429 || status === 503) exchange.headers.push(['retry-after', String(retryAfterSeconds)]);
  answerJson(exchange, status, {
    code: status,
    message: error.message,
    source,
    errorCode: error.code,
    hint: error.hint,
    details: error.details,
  });
}

/** A handler's own terminal error. Its code is the status if that can only be read as an error; the body always has the code. */
export function answerFailure(exchange: Exchange, failure: Failure): void {
  const source: ErrorSource = 'invocation';
  exchange.headers.push(['x-restate-error-source', source]);
  answerJson(exchange, failure.code >= 400 && failure.code <= 999 ? failure.code : 500, {
    code: failure.code,
    message: failure.message,
    ...(failure.metadata.length === 0 ? {} : { metadata: Object.fromEntries(failure.metadata) }),
    source,
  });
}

/** A content type comes from a manifest: one that could not stand in a header is left out rather than ending the answer. */
function isHeaderText(value: string): boolean {
  return /^[\t\u0020-\u007e]*$/.test(value);
}
