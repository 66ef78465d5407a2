import { setTimeout as pause } from 'node:timers/promises';

export interface WaitOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/**
 * Asks `probe` again and again until it answers with something other than undefined, and returns that.
 *
 * Rejects after `timeoutMs` (20 s by default) with what was waited for and, if the last probe threw, why. A probe that
 * throws is asked again: most things that are waited for refuse connections at first.
 */
export async function waitUntil<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  { timeoutMs = 20_000, everyMs = 50 }: WaitOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      cause = undefined;
      const found = await probe();
      if (found !== undefined) return found;
    } catch (error) {
      cause = error;
    }
    await pause(everyMs);
  } while (Date.now() < deadline);
  const last = cause instanceof Error ? ` The last attempt failed: ${cause.message}` : '';
  throw new Error(`Waited ${timeoutMs} ms in vain until ${what}.${last}`, { cause });
}
