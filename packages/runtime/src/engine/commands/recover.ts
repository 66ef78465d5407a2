import type { RecoverInvocation, Replies } from '../command.ts';
import type { Env } from '../env.ts';
import { startAttempt } from '../rules/start-attempt.ts';
import { pause } from '../rules/schedule-retry.ts';
import type { Transaction } from '../transaction.ts';

/** The runtime ended under an attempt. That is no failure of the invocation: it goes on, with nothing counted against it. */
export function recover(tx: Transaction, env: Env, command: RecoverInvocation): Replies['recover'] {
  const record = tx.invocation(command.invocation);
  if (record?.state.status === 'running') {
    if (record.state.pausing) pause(tx, env, record, { kind: 'operator' });
    else startAttempt(tx, env, record);
  }
  return { kind: 'recovered' };
}
