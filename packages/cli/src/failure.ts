import { findErrorMeaning } from '@holdfast/runtime';
import { print } from './output.ts';

/** A failure with a stable code: of this program, or as the runtime answered it. */
export class CommandFailure extends Error {
  readonly code: string;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Set when the runtime answered: a refusal because of what exists is told from other failures by its status. */
  readonly httpStatus: number | undefined;

  constructor(
    code: string,
    options: {
      readonly message: string;
      readonly hint: string;
      readonly details?: Readonly<Record<string, unknown>>;
      readonly httpStatus?: number;
      readonly cause?: unknown;
    },
  ) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CommandFailure';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.httpStatus = options.httpStatus;
  }
}

/** Prints what went wrong, with its code and what to do, and returns the exit code. */
export function reportFailure(error: unknown, json: boolean): number {
  const failure = describe(error);
  if (json) print.error(JSON.stringify({ error: failure.body }));
  else
    print.error(
      `${failure.body.message}\n${failure.body.hint === '' ? '' : `${failure.body.hint}\n`}[${failure.body.code}]`,
    );
  return failure.exitCode;
}

interface Described {
  readonly exitCode: number;
  readonly body: {
    readonly code: string;
    readonly message: string;
    readonly hint: string;
    readonly details: Readonly<Record<string, unknown>>;
  };
}

function describe(error: unknown): Described {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const meaning = findErrorMeaning(error.code);
    const status = 'httpStatus' in error && typeof error.httpStatus === 'number' ? error.httpStatus : undefined;
    if (meaning !== undefined || status !== undefined) {
      return {
        exitCode: meaning?.exitCode ?? exitCodeOfStatus(status ?? 500),
        body: {
          code: error.code,
          message: error.message,
          hint: 'hint' in error && typeof error.hint === 'string' ? error.hint : '',
          details: 'details' in error && isRecord(error.details) ? error.details : {},
        },
      };
    }
  }
  // A bug: the stack is what a report needs.
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: 1, body: { code: 'INTERNAL', message, hint: '', details: {} } };
}

function exitCodeOfStatus(status: number): number {
  if (status === 409 || status === 403) return 4;
  return status === 400 || status === 422 ? 2 : 1;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
