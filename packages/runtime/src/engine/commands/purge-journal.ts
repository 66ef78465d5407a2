import type { ActReply, PurgeJournal } from '../command.ts';
import type { Env } from '../env.ts';
import { refuse } from '../refusal.ts';
import type { Transaction } from '../transaction.ts';
import { auditAct, done, notFound, refused } from './act-on-invocation.ts';

/** Drops the journal of a completed invocation and keeps its result. */
export function purgeJournal(tx: Transaction, env: Env, command: PurgeJournal): ActReply {
  const record = tx.invocation(command.invocation);
  if (record === undefined) return refused(notFound(command.invocation));
  if (record.state.status !== 'completed') {
    return refused(
      refuse(
        'INVOCATION_NOT_COMPLETED',
        `Invocation ${record.id} is ${record.state.status}; the journal of a live one cannot be purged.`,
        'Cancel or kill it first.',
        { invocation: record.id, status: record.state.status },
      ),
    );
  }
  tx.dropJournal(record.id);
  tx.putInvocation({ ...record, state: { ...record.state, journalKept: false }, modifiedAt: env.now });
  auditAct(tx, env, command, record);
  return done('now');
}
