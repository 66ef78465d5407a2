import type { StreamFailure } from './transport.ts';

/** What a socket said, in words: Node leaves the message of some of its errors empty. */
export function describeNetworkError(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map((one: unknown) => describeNetworkError(one)))].join('; ');
  }
  if (!(error instanceof Error)) return String(error);
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
  return error instanceof Error && 'code' in error && error.code === code;
}
