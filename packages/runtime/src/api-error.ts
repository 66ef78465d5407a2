import { errorTable } from './errors.ts';
import type { ErrorCode } from './errors.ts';

export interface ApiErrorOptions {
  /** What happened, with the ids. */
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
  /** JSON-safe. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Where one code has another status on one route than everywhere else. */
  readonly httpStatus?: number;
  readonly cause?: unknown;
}

/** An expected failure on its way to a caller of the ingress, the admin API or `startRuntime`. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly httpStatus: number;

  constructor(code: ErrorCode, options: ApiErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.httpStatus = options.httpStatus ?? errorTable[code].httpStatus;
  }
}
