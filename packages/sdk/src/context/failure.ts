import type { Failure, Result } from '@holdfast/protocol/wire';
import { isTerminalError, TerminalError } from '../error/terminal-error.ts';

/** What a recorded failure is to user code. */
export function toTerminalError(failure: Failure): TerminalError {
  return new TerminalError(failure.message, {
    errorCode: failure.code === 0 ? 500 : failure.code,
    metadata: Object.fromEntries(failure.metadata),
  });
}

/** The result that a terminal error is; undefined for an error that is to be retried. */
export function findFailure(error: unknown): Result | undefined {
  return isTerminalError(error) ? toFailure(error) : undefined;
}

export function toFailure(error: TerminalError): Result {
  const { code, message, metadata } = error;
  return { kind: 'failure', failure: { code, message, metadata: Object.entries(metadata) } };
}

/** Message and stack of whatever was thrown. */
export function describeThrown(error: unknown): { readonly message: string; readonly stacktrace: string } {
  if (!(error instanceof Error)) return { message: String(error), stacktrace: '' };
  const named = error.name === 'Error' || error.name === '' ? error.message : `${error.name}: ${error.message}`;
  return { message: named, stacktrace: error.stack ?? '' };
}
