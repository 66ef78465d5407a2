/**
 * Cancels: what has not started ends at once; what has started gets the CANCEL signal, and its SDK carries it to the children. A paused
 * invocation runs again for it, and a pause that was only asked for is taken back: which of the two came first must not matter.
 */
import type { Failure, InvocationId } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import { CANCEL_SIGNAL } from '../fold-journal.ts';
import type { Transaction } from '../transaction.ts';
import { appendNotification } from './append-notification.ts';
import { completeInvocation } from './complete-invocation.ts';
import { startWithFreshBudget, takeBackPause } from './start-attempt.ts';

const CANCELLED: Failure = { code: 409, message: 'cancelled', metadata: [] };

export function cancelInvocation(
  tx: Transaction,
  env: Env,
  id: InvocationId,
): 'now' | 'requested' | 'completed' | 'unknown' {
  const record = tx.invocation(id);
  if (record === undefined) return 'unknown';
  switch (record.state.status) {
    case 'completed':
      return 'completed';
    case 'scheduled':
    case 'pending':
      // It never ran: nothing is worth retaining.
      completeInvocation(
        tx,
        env,
        { ...record, completionRetentionMs: 0, journalRetentionMs: 0 },
        { kind: 'failure', failure: CANCELLED },
      );
      return 'now';
    default: {
      appendNotification(tx, env, id, {
        kind: 'notification',
        of: 'signal',
        id: { kind: 'signal', id: CANCEL_SIGNAL },
        result: { kind: 'void' },
      });
      const signalled = tx.invocation(id);
      if (signalled?.state.status === 'paused') startWithFreshBudget(tx, env, signalled);
      else if (signalled?.state.status === 'running' && signalled.state.pausing) takeBackPause(tx, env, signalled);
      return 'requested';
    }
  }
}
