import { type Duration, durationMs } from '../context/duration.ts';

const brand = Symbol.for('@holdfast/sdk/RetryableError');

/**
 * This asks for another attempt after a time of the author's choice; any other error is retried after the time that the policy says.
 *
 *     throw new RetryableError('The provider is busy.', { retryAfter: { seconds: 30 } });
 */
export class RetryableError extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { readonly retryAfter?: Duration; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RetryableError';
    this.retryAfterMs = options.retryAfter === undefined ? undefined : durationMs(options.retryAfter);
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Milliseconds, when the error is a RetryableError of any loaded copy of this package that names a time. */
export function findRetryAfterMs(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !(brand in error)) return undefined;
  const retryAfterMs: unknown = Reflect.get(error, 'retryAfterMs');
  return typeof retryAfterMs === 'number' ? retryAfterMs : undefined;
}
