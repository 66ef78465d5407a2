const brand = Symbol.for('@holdfast/sdk/TerminalError');

export interface TerminalErrorOptions {
  /** HTTP-like, 1 to 999; 500 when left out. */
  readonly errorCode?: number;
  /** Travels with the failure on protocol V6 and later. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * This ends a step or an invocation for good: it becomes the result, and is never retried. Everything else that a handler or a step throws is
 * retried.
 *
 *     throw new TerminalError('The card was declined.', { errorCode: 402 });
 */
export class TerminalError extends Error {
  readonly code: number;
  readonly metadata: Readonly<Record<string, string>>;

  constructor(message: string, options: TerminalErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TerminalError';
    this.code = options.errorCode ?? 500;
    this.metadata = options.metadata ?? {};
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Someone cancelled the invocation. Caught, it lets the handler compensate; thrown on, it ends the invocation with code 409. */
export class CancelledError extends TerminalError {
  constructor() {
    super('Cancelled', { errorCode: 409 });
    this.name = 'CancelledError';
  }
}

/** `orTimeout` gave up waiting; what was waited for goes on. Code 408. */
export class TimeoutError extends TerminalError {
  constructor() {
    super('Timeout occurred', { errorCode: 408 });
    this.name = 'TimeoutError';
  }
}

/** Also true for an error of another loaded copy of this package. */
export function isTerminalError(error: unknown): error is TerminalError {
  return typeof error === 'object' && error !== null && brand in error;
}
