import type { StreamFailure } from './transport.ts';

/** What a socket said, in words: Node leaves the message of some of its errors empty. */
export function describeNetworkError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map((one: unknown) => describeNetworkError(one)))].join('; ');
  }
  if (!(error instanceof Error)) return String(error);
  if (isCancelled(error)) return describeNetworkError(error.cause);
  if (error.message !== '') return error.message;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

export function decideStreamFailure(error: unknown, connected: boolean): StreamFailure {
  const what = describeNetworkError(error);
  if (hasCode(error, 'ADDRESS_DENIED')) return { kind: 'addressDenied', message: `was not connected to: ${what}.` };
  if (!connected) return { kind: 'unreachable', message: `could not be reached: ${what}.` };
  return { kind: 'lost', message: `lost the connection: ${what}.` };
}

export function hasCode(error: unknown, code: string): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === code) || (isCancelled(error) && hasCode(error.cause, code));
}

/** What Node tells a stream whose session failed before the stream had begun; the cause is what happened. */
function isCancelled(error: Error): boolean {
  return 'code' in error && error.code === 'ERR_HTTP2_STREAM_CANCEL' && error.cause !== undefined;
}
