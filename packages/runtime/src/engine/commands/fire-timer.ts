import type { FireTimer, Replies } from '../command.ts';
import type { Env } from '../env.ts';
import { timerPurposeText } from '../record-table.ts';
import { admitInvocation } from '../rules/admit-invocation.ts';
import { appendNotification } from '../rules/append-notification.ts';
import { dropInvocation } from '../rules/drop-invocation.ts';
import { startAttempt } from '../rules/start-attempt.ts';
import type { Transaction } from '../transaction.ts';

/**
 * A timer is due. Its record goes in the same step, so it fires once; one that was not yet due stays. Timers of invocations that ended
 * or moved on find nothing to do. An id that was purged may live again: what is due is therefore read from the invocation as it is now,
 * and a timer of its earlier life does nothing.
 */
export function fireTimer(tx: Transaction, env: Env, command: FireTimer): Replies['fireTimer'] {
  const { invocation, fireAt, purpose } = command.timer;
  const ref = { table: 'timer', invocation, fireAt, purpose: timerPurposeText(command.timer) } as const;
  if (fireAt > env.now || tx.find<'timer'>(ref) === undefined) return { kind: 'fired' };
  tx.delete(ref);
  const record = tx.invocation(invocation);
  if (record === undefined) return { kind: 'fired' };
  switch (purpose.kind) {
    case 'sleep':
      if (record.createdAt !== purpose.createdAt) break;
      appendNotification(tx, env, invocation, {
        kind: 'notification',
        of: 'sleep',
        id: { kind: 'completion', id: purpose.completionId },
        result: { kind: 'void' },
      });
      break;
    case 'start':
      if (record.state.status === 'scheduled' && record.state.startAt <= env.now) admitInvocation(tx, env, record);
      break;
    case 'retry':
      if (record.state.status === 'backingOff' && record.epoch === purpose.epoch && record.state.retryAt <= env.now)
        startAttempt(tx, env, record);
      break;
    case 'dropJournal':
      if (record.state.status === 'completed' && record.state.at + record.journalRetentionMs <= env.now) {
        tx.dropJournal(invocation);
        tx.putInvocation({ ...record, state: { ...record.state, journalKept: false } });
      }
      break;
    case 'dropInvocation':
      if (record.state.status === 'completed' && record.state.at + record.completionRetentionMs <= env.now)
        dropInvocation(tx, record);
      break;
  }
  return { kind: 'fired' };
}
