/** Ends an invocation without running any more user code, and everything it called or sent. */
import { decodeStoredEntry, parseInvocationId, splitFrames } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import { KILLED } from '../record.ts';
import type { Transaction } from '../transaction.ts';
import { completeInvocation } from './complete-invocation.ts';
import { sendMessage } from './send-message.ts';
import { stopAttempt } from './stop-attempt.ts';

export function killInvocation(tx: Transaction, env: Env, id: InvocationId): 'now' | 'completed' | 'unknown' {
  const record = tx.invocation(id);
  if (record === undefined) return 'unknown';
  if (record.state.status === 'completed') return 'completed';
  const children = record.journal.children === 0 ? [] : listChildren(tx, id);
  if (record.state.status === 'running') stopAttempt(tx, record, 'abort');
  completeInvocation(tx, env, record, { kind: 'failure', failure: KILLED });
  for (const child of children) sendMessage(tx, env, { kind: 'kill', invocation: child });
  return 'now';
}

/** The journal knows them: each call and send was answered with the id of its callee. No index is kept for so rare an act. */
function listChildren(tx: Transaction, id: InvocationId): readonly InvocationId[] {
  return tx.journal(id).flatMap((bytes) => {
    const [frame] = splitFrames(bytes);
    if (frame === undefined) return [];
    const entry = decodeStoredEntry(frame);
    if (entry.kind !== 'notification' || entry.result.kind !== 'invocationId') return [];
    return parseInvocationId(entry.result.invocationId) ?? [];
  });
}
