import type { ActReply, CancelInvocation } from '../command.ts';
import type { Env } from '../env.ts';
import { cancelInvocation } from '../rules/cancel-invocation.ts';
import type { Transaction } from '../transaction.ts';
import { alreadyCompleted, auditAct, done, notFound, refused } from './act-on-invocation.ts';

/** Asks an invocation to end; its own code decides how, and compensates. */
export function cancel(tx: Transaction, env: Env, command: CancelInvocation): ActReply {
  const before = tx.invocation(command.invocation);
  if (before === undefined) return refused(notFound(command.invocation));
  const how = cancelInvocation(tx, env, command.invocation);
  if (how === 'completed' || how === 'unknown') return refused(alreadyCompleted(command.invocation, 'cancel'));
  auditAct(tx, env, command, before);
  return done(how);
}
