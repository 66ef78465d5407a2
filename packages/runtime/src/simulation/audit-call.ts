/** P1: what a call returns, or an attach, is what its callee ended with. */
import { parseInvocationId } from '@holdfast/protocol';
import type { Command, InvocationId, Notification } from '@holdfast/protocol';
import type { InvocationRecord } from '../engine/record.ts';
import type { JournalEntry } from './audit-journal.ts';

type Call = Extract<Command, { kind: 'call' | 'oneWayCall' }>;
type Attach = Extract<Command, { kind: 'attachInvocation' }>;

/** Others may have called, purged and called again what has a name; the callees of all other calls live once. */
export function isNamed(call: Call): boolean {
  return call.idempotencyKey !== undefined || call.handler === 'run';
}

/** Whose result this is, when only one execution can be meant. */
function calleeOf(command: Call | Attach, journal: readonly JournalEntry[]): InvocationId | undefined {
  if (command.kind === 'attachInvocation')
    return command.target.kind === 'invocation' ? parseInvocationId(command.target.id) : undefined;
  if (isNamed(command)) return undefined;
  const answer = journal.find(
    (entry): entry is Notification =>
      entry.kind === 'notification' &&
      entry.of === 'callInvocationId' &&
      entry.id.kind === 'completion' &&
      entry.id.id === command.invocationIdCompletionId,
  );
  return answer?.result.kind === 'invocationId' ? parseInvocationId(answer.result.invocationId) : undefined;
}

/** Says what is wrong with this result of a call or an attach; nothing when the callee is forgotten already. */
export function auditCall(
  caller: { readonly id: InvocationId; readonly journal: readonly JournalEntry[] },
  command: Call | Attach,
  result: Notification['result'],
  find: (id: InvocationId) => InvocationRecord | undefined,
): string | undefined {
  const id = calleeOf(command, caller.journal);
  const callee = id === undefined ? undefined : find(id);
  if (callee === undefined) return undefined;
  if (callee.state.status !== 'completed')
    return `${caller.id} gets a result of ${callee.id}, which is ${callee.state.status}`;
  const [given, ended] = [JSON.stringify(result), JSON.stringify(callee.state.result)];
  return given === ended ? undefined : `${caller.id} gets ${given} of ${callee.id}, which ended with ${ended}`;
}
