/** P1: what a call returns is what its callee ended with. */
import { parseInvocationId } from '@holdfast/protocol';
import type { Command, InvocationId, Notification } from '@holdfast/protocol';
import type { InvocationRecord } from '../engine/record.ts';
import type { JournalEntry } from './audit-journal.ts';

type Call = Extract<Command, { kind: 'call' | 'oneWayCall' }>;

/** Others may have called, purged and called again what has a name; the callees of all other calls live once. */
export function isNamed(call: Call): boolean {
  return call.idempotencyKey !== undefined || call.handler === 'run';
}

/** Says what is wrong with this result of a call; nothing when the callee is forgotten already. */
export function auditCall(
  caller: { readonly id: InvocationId; readonly journal: readonly JournalEntry[] },
  call: Call,
  result: Notification['result'],
  find: (id: InvocationId) => InvocationRecord | undefined,
): string | undefined {
  const answer = caller.journal.find(
    (entry): entry is Notification =>
      entry.kind === 'notification' &&
      entry.of === 'callInvocationId' &&
      entry.id.kind === 'completion' &&
      entry.id.id === call.invocationIdCompletionId,
  );
  const id = answer?.result.kind === 'invocationId' ? parseInvocationId(answer.result.invocationId) : undefined;
  const callee = id === undefined || isNamed(call) ? undefined : find(id);
  if (callee === undefined) return undefined;
  if (callee.state.status !== 'completed')
    return `${caller.id} gets a result of ${callee.id}, which is ${callee.state.status}`;
  const [given, ended] = [JSON.stringify(result), JSON.stringify(callee.state.result)];
  return given === ended ? undefined : `${caller.id} gets ${given} of ${callee.id}, which ended with ${ended}`;
}
