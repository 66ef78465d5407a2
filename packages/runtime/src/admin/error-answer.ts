import { ApiError } from '../api-error.ts';
import { findErrorMeaning } from '../errors.ts';
import type { Log } from '../telemetry/log.ts';

/** Body of every error of the admin API. `code` is stable; `restate_code` is where Restate's tools look. */
export interface ErrorBody {
  readonly message: string;
  readonly code: string;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly restate_code?: string;
}

/**
 * Any thrown value as an answer. Errors of other layers are known by their code, not by class; what has no known code is a bug, is
 * logged, and says nothing of its inside.
 */
export function describeError(error: unknown, log: Log): { readonly status: number; readonly body: ErrorBody } {
  const known = asKnown(error);
  if (known === undefined) {
    log.error({ error }, 'an admin request failed');
    const message = 'The runtime failed to answer this request.';
    return { status: 500, body: { message, code: 'INTERNAL', hint: 'Look into the log of the runtime.', details: {} } };
  }
  return known;
}

function asKnown(error: unknown): { readonly status: number; readonly body: ErrorBody } | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  const meaning = findErrorMeaning(error.code);
  if (meaning === undefined) return undefined;
  const status = error instanceof ApiError ? error.httpStatus : meaning.httpStatus;
  const restateCode = restateCodes.get(error.code);
  return {
    status,
    body: {
      message: error.message,
      code: error.code,
      hint: 'hint' in error && typeof error.hint === 'string' ? error.hint : '',
      details: 'details' in error && isRecord(error.details) ? error.details : {},
      ...(restateCode === undefined ? {} : { restate_code: restateCode }),
    },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const restateCodes: ReadonlyMap<string, string> = new Map([
  ['JOURNAL_MISMATCH', 'RT0016'],
  ['SERVICE_NOT_FOUND', 'RT0018'],
]);
