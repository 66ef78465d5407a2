import { findErrorMeaning } from '@holdfast/runtime';
import { formatFailureDetails } from './failure-details.ts';
import { ReportedFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { visible, visibleJson, visibleLines } from './visible.ts';

interface FailureBody {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Says on standard error what went wrong, with its code and what to do, and returns the exit code. */
export function reportFailure(terminal: Terminal, error: unknown, options: { readonly json?: boolean }): number {
  if (error instanceof ReportedFailure) return error.exitCode;
  const { exitCode, body } = describe(error);
  if (options.json === true) terminal.note(visibleJson({ error: body }));
  else terminal.note(formatFailure(terminal, body));
  return exitCode;
}

function formatFailure(terminal: Terminal, { code, message, hint, details }: FailureBody): string {
  const paragraphs = [
    terminal.colors.red(visibleLines(message)),
    formatFailureDetails(terminal, details),
    hint === '' ? undefined : visibleLines(hint),
    `[${visible(code)}]`,
  ];
  return paragraphs.filter((paragraph) => paragraph !== undefined).join('\n');
}

function describe(error: unknown): { readonly exitCode: number; readonly body: FailureBody } {
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

/** For codes of a runtime that is newer than this program. */
function exitCodeOfStatus(status: number): number {
  if (status === 409 || status === 403) return 4;
  if (status === 503) return 3;
  return status === 400 || status === 422 ? 2 : 1;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
