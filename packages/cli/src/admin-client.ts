import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { z } from 'zod';
import { CommandFailure } from './failure.ts';

/** Options that every command which asks a runtime has. */
export interface CommonOptions {
  readonly adminUrl?: string;
  readonly json?: boolean;
  readonly reason?: string;
  readonly yes?: boolean;
}

const defaultUrl = 'http://127.0.0.1:9070';
// Longer than any query may run; everything else answers at once.
const answerTimeoutMs = 60_000;

export function withCommonOptions(command: Command): Command {
  return command
    .option('--admin-url <url>', `address of the runtime's admin API (default: HOLDFAST_ADMIN_URL, ${defaultUrl})`)
    .option('--json', 'print the answer as JSON');
}

/** For commands that change something. */
export function withActOptions(command: Command): Command {
  return withCommonOptions(command).option('--reason <text>', 'why, for the audit log');
}

export interface AdminRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Begins with `/`; parts of it are encoded already. */
  readonly path: string;
  readonly body?: unknown;
}

/** Asks the admin API. Throws CommandFailure with the code that the runtime answered, or RUNTIME_UNREACHABLE. */
export async function askAdmin<T>(options: CommonOptions, request: AdminRequest, schema: z.ZodType<T>): Promise<T> {
  const base = (options.adminUrl ?? process.env['HOLDFAST_ADMIN_URL'] ?? defaultUrl).replace(/\/+$/, '');
  const response = await send(base, options, request);
  const body = await readJson(response, base);
  if (!response.ok) throw failureOf(response.status, body, base);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw notUnderstood(base, z.prettifyError(parsed.error));
}

async function send(base: string, options: CommonOptions, request: AdminRequest): Promise<Response> {
  try {
    return await fetch(base + request.path, {
      method: request.method ?? 'GET',
      headers: {
        accept: 'application/json',
        'x-holdfast-actor': encodeURIComponent(actor()),
        ...(options.reason === undefined ? {} : { 'x-holdfast-reason': encodeURIComponent(options.reason) }),
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new CommandFailure('RUNTIME_UNREACHABLE', {
      message: `No runtime answers at ${base} (${reason instanceof Error ? describeCause(reason) : 'unknown error'}).`,
      hint: 'Start one with "holdfast up", or name its address with --admin-url or HOLDFAST_ADMIN_URL.',
      details: { adminUrl: base },
      cause: error,
    });
  }
}

function describeCause(cause: Error): string {
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

async function readJson(response: Response, base: string): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw notUnderstood(base, `it answered ${response.status} with a body that is not JSON`);
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

function actor(): string {
  try {
    return `cli:${userInfo().username}`;
  } catch {
    // Some containers run with a user id that has no name.
    return 'cli';
  }
}
