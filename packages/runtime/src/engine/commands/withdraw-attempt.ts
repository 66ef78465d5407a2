import type { Replies, WithdrawAttempt } from '../command.ts';
import type { Env } from '../env.ts';
import { pause } from '../rules/schedule-retry.ts';
import { startAttempt } from '../rules/start-attempt.ts';
import type { Transaction } from '../transaction.ts';
import { findAttempt } from './advance-attempt.ts';

/** An invocation whose attempt was never opened pauses at once; if the pause was taken back meanwhile, another attempt is ordered. */
export function withdrawAttempt(tx: Transaction, env: Env, command: WithdrawAttempt): Replies['withdrawAttempt'] {
  const record = findAttempt(tx, command);
  if (record?.state.status === 'running') {
    if (record.state.pausing) pause(tx, env, record, { kind: 'operator' });
    else startAttempt(tx, env, record);
  }
  return { kind: 'advanced' };
}
