import type { FailAttempt, Replies } from '../command.ts';
import type { Env } from '../env.ts';
import { addJitter, scheduleRetry } from '../rules/schedule-retry.ts';
import type { Transaction } from '../transaction.ts';
import { findAttempt } from './advance-attempt.ts';

/** The attempt broke off without a word of its own. What it appended before stands. */
export function failAttempt(tx: Transaction, env: Env, command: FailAttempt): Replies['failAttempt'] {
  const record = findAttempt(tx, command);
  if (record !== undefined) {
    scheduleRetry(tx, env, record, {
      failure: command.failure,
      behavior: 'retry',
      counts: command.counts,
      jitter: command.jitter,
      ...(command.retryAfterMs === undefined ? {} : { delayMs: addJitter(command.retryAfterMs, command.jitter) }),
    });
  }
  return { kind: 'advanced' };
}
