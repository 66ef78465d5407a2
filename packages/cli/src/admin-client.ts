import { userInfo } from 'node:os';
import { z } from 'zod';
import { defaultAdminUrl } from './common-options.ts';
import type { ActOptions, CommonOptions } from './common-options.ts';
import { CommandFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { visibleJson } from './visible.ts';

// Longer than a query may run by default; everything else answers at once.
const answerTimeoutMs = 60_000;

export interface AdminRequest<T> {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Begins with `/`; parts of it are encoded already. */
  readonly path: string;
  readonly body?: unknown;
  /** The part of the answer that the command reads. */
  readonly answer: z.ZodType<T>;
}

export interface AdminAnswer<T> {
  readonly value: T;
  /** The whole answer, for `--json`. */
  readonly json: unknown;
}

/** Asks the admin API. Throws CommandFailure with the code that the runtime answered, or RUNTIME_UNREACHABLE. */
export async function askAdmin<T>(
  terminal: Terminal,
  options: ActOptions,
  request: AdminRequest<T>,
): Promise<AdminAnswer<T>> {
  const base = adminUrl(terminal, options);
  const { response, text } = await send(base, options, request);
  const json = parseJson(text, { base, status: response.status });
  if (!response.ok) throw failureOf(response.status, json, base);
  const parsed = request.answer.safeParse(json);
  if (parsed.success) return { value: parsed.data, json };
  throw notUnderstood(base, z.prettifyError(parsed.error));
}

/** Prints an answer: whole as JSON, or described for people. */
export function printAnswer<T>(
  terminal: Terminal,
  options: CommonOptions,
  answer: AdminAnswer<T>,
  describe: (value: T) => string,
): void {
  terminal.print(options.json === true ? visibleJson(answer.json) : describe(answer.value));
}

function adminUrl(terminal: Terminal, options: CommonOptions): string {
  const fromEnvironment = terminal.environment['HOLDFAST_ADMIN_URL'] ?? '';
  const text = options.adminUrl ?? (fromEnvironment === '' ? defaultAdminUrl : fromEnvironment);
  const url = URL.parse(text);
  const isUsable = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (isUsable) return text.replace(/\/+$/, '');
  throw new CommandFailure('USAGE', {
    message: `"${text}" is no address of an admin API.`,
    hint: `Write it like ${defaultAdminUrl}.`,
  });
}

async function send(
  base: string,
  options: ActOptions,
  request: AdminRequest<unknown>,
): Promise<{ readonly response: Response; readonly text: string }> {
  try {
    const response = await fetch(base + request.path, {
      method: request.method ?? 'GET',
      headers: {
        accept: 'application/json',
        'x-holdfast-actor': encodeURIComponent(osUser()),
        ...(options.reason === undefined ? {} : { 'x-holdfast-reason': encodeURIComponent(options.reason) }),
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    return { response, text: await response.text() };
  } catch (error) {
    throw new CommandFailure('RUNTIME_UNREACHABLE', {
      message: `No runtime answers at ${base} (${describeCause(error)}).`,
      hint: 'Start one with "holdfast up", or name its address with --admin-url or HOLDFAST_ADMIN_URL.',
      details: { adminUrl: base },
      cause: error,
    });
  }
}

/** fetch hides the system's error in the cause. */
function describeCause(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return 'unknown error';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

function parseJson(text: string, answered: { readonly base: string; readonly status: number }): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notUnderstood(answered.base, `it answered ${answered.status} with a body that is not JSON`);
  }
}

const errorSchema = z.object({
  message: z.string(),
  code: z.string(),
  hint: z.string().default(''),
  details: z.record(z.string(), z.unknown()).default({}),
});

function failureOf(status: number, body: unknown, base: string): CommandFailure {
  const parsed = errorSchema.safeParse(body);
  if (!parsed.success) return notUnderstood(base, `it answered ${status} without a code`);
  const { code, message, hint, details } = parsed.data;
  return new CommandFailure(code, { message, hint, details, httpStatus: status });
}

function notUnderstood(base: string, why: string): CommandFailure {
  return new CommandFailure('ANSWER_NOT_UNDERSTOOD', {
    message: `What answers at ${base} is not a Holdfast runtime of this release: ${why}.`,
    hint: 'Check the address, and that this program and the runtime are of the same release.',
    details: { adminUrl: base },
  });
}

/** Not proven to the runtime: it says who used this machine, for the audit log. */
function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    // Some containers run with a user id that has no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
