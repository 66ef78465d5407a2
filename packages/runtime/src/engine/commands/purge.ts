import type { ActReply, PurgeInvocation } from '../command.ts';
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';
import { dropInvocation } from '../rules/drop-invocation.ts';
import type { Transaction } from '../transaction.ts';
import { auditAct, done, notFound, refused } from './act-on-invocation.ts';

/** Forgets a completed invocation now; with a workflow's run also its state and promises. */
export function purge(tx: Transaction, env: Env, command: PurgeInvocation): ActReply {
  const record = tx.invocation(command.invocation);
  if (record === undefined) return refused(notFound(command.invocation));
  if (record.state.status !== 'completed') {
    return refused(
      refuse(
        'INVOCATION_NOT_COMPLETED',
        `Invocation ${record.id} is ${record.state.status}; only a completed one can be purged.`,
        'Cancel or kill it first.',
        { invocation: record.id, status: record.state.status },
      ),
    );
  }
  dropInvocation(tx, record);
  auditAct(tx, env, command, record);
  return done('now');
}
