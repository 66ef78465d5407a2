import type { ActReply, PauseInvocation } from '../command.ts';
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';
import { changeState } from '../rules/change-state.ts';
import { pause as pauseNow } from '../rules/schedule-retry.ts';
import { stopAttempt } from '../rules/stop-attempt.ts';
import type { Transaction } from '../transaction.ts';
import { alreadyCompleted, auditAct, done, notFound, refused } from './act-on-invocation.ts';

/** Holds an invocation until somebody resumes it. One that runs is asked to suspend, and pauses there or at its next failure. */
export function pause(tx: Transaction, env: Env, command: PauseInvocation): ActReply {
  const record = tx.invocation(command.invocation);
  if (record === undefined) return refused(notFound(command.invocation));
  switch (record.state.status) {
    case 'completed':
      return refused(alreadyCompleted(record.id, 'pause'));
    case 'scheduled':
    case 'pending':
      return refused(
        refuse(
          'INVOCATION_WRONG_STATUS',
          `Invocation ${record.id} has not started; it cannot be paused.`,
          'Cancel it, or pause it once it runs.',
          { invocation: record.id },
        ),
      );
    case 'paused':
      return done('now');
    case 'running':
      changeState(tx, env, record, { status: 'running', pausing: true });
      stopAttempt(tx, record, 'suspend');
      auditAct(tx, env, command, record);
      return done('requested');
    case 'backingOff':
    case 'suspended':
      pauseNow(tx, env, record, { kind: 'operator' });
      auditAct(tx, env, command, record);
      return done('now');
  }
}
