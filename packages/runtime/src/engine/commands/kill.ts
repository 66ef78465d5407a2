import type { ActReply, KillInvocation } from '../command.ts';
import type { Env } from '../env.ts';
import { killInvocation } from '../rules/kill-invocation.ts';
import type { Transaction } from '../transaction.ts';
import { alreadyCompleted, auditAct, done, notFound, refused } from './act-on-invocation.ts';

/** Ends an invocation and everything it called, without running their code. */
export function kill(tx: Transaction, env: Env, command: KillInvocation): ActReply {
  const before = tx.invocation(command.invocation);
  if (before === undefined) return refused(notFound(command.invocation));
  if (killInvocation(tx, env, command.invocation) !== 'now')
    return refused(alreadyCompleted(command.invocation, 'kill'));
  auditAct(tx, env, command, before);
  return done('now');
}
