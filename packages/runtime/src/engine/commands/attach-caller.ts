import type { AttachCaller, AttachReply } from '../command.ts';
import type { Env } from '../env.ts';
import { boundTime } from '../latest-time.ts';
import type { Transaction } from '../transaction.ts';

/** Reads how an invocation stands, for a caller outside who then waits in memory. */
export function attachCaller(tx: Transaction, _env: Env, command: AttachCaller): AttachReply {
  const record = tx.invocation(command.invocation);
  if (record === undefined) return { kind: 'notFound' };
  const accepted = { id: record.id, deployment: record.pin.deployment, target: record.target };
  if (record.state.status !== 'completed') return { kind: 'running', ...accepted };
  return {
    kind: 'completed',
    result: record.state.result,
    expiresAt: boundTime(record.state.at + record.completionRetentionMs),
    ...accepted,
  };
}
