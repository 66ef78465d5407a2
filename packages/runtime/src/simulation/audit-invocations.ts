/** P1, P2, P6 and timers: what may become of an invocation from one batch to the next. */
import type { InvocationId } from '@holdfast/protocol';
import type { InvocationRecord } from '../engine/record.ts';
import type { AuditedCommit } from './audited-commit.ts';
import type { Violation } from './effects-ledger.ts';

export function auditInvocations(
  commit: AuditedCommit,
  parts: {
    readonly violation: Violation;
    readonly onAccepted: (record: InvocationRecord) => void;
    /** It was cancelled or killed before it began: nothing of it remains, and the same request is new work. */
    readonly onNeverStarted: (id: InvocationId) => void;
    /** Whether a message that cancels or kills it has been sent. */
    readonly isBeingEnded: (id: InvocationId) => boolean;
  },
): void {
  const { violation } = parts;
  for (const { before, after } of commit.changes('invocation')) {
    if (before === undefined) {
      if (after !== undefined) parts.onAccepted(after);
    } else if (after === undefined) auditForgotten(commit, before, parts);
    else if (after.randomSeed !== before.randomSeed) {
      auditForgotten(commit, before, parts);
      parts.onAccepted(after);
    } else auditChanged(commit, before, after, violation);
  }
}

function auditChanged(
  commit: AuditedCommit,
  before: InvocationRecord,
  after: InvocationRecord,
  violation: Violation,
): void {
  const { id } = before;
  if (before.state.status === 'completed') {
    if (after.state.status !== 'completed') violation('P1', `${id} was completed and is ${after.state.status}`);
    else if (!isEqual(before.state.result, after.state.result)) violation('P1', `the result of ${id} changed`);
  }
  if (before.pin.deployment !== after.pin.deployment && !commit.hasAct('invocation.resume', id))
    violation('P2', `${id} went from ${before.pin.deployment} to ${after.pin.deployment} and nobody moved it`);
  if (before.pin.protocolVersion !== after.pin.protocolVersion) violation('P2', `${id} changed its protocol version`);
  if (after.epoch < before.epoch) violation('P6', `the epoch of ${id} went from ${before.epoch} to ${after.epoch}`);
  if (after.state.status !== 'running' && after.state.status !== 'pending') return;
  if (before.state.status === 'scheduled' && before.state.startAt > commit.latest)
    violation('timers', `${id} starts ${before.state.startAt - commit.latest} ms early`);
  const isRetry = before.state.status === 'backingOff' && before.state.retryAt > commit.latest;
  if (isRetry && !commit.hasAct('invocation.resume', id)) violation('timers', `${id} is retried before its time`);
}

/** Only what is over is forgotten, and only when its time has come or somebody says so. */
function auditForgotten(
  commit: AuditedCommit,
  record: InvocationRecord,
  parts: Parameters<typeof auditInvocations>[1],
): void {
  const { id, state } = record;
  const { isBeingEnded, onNeverStarted, violation } = parts;
  if (state.status === 'completed') {
    const until = state.at + record.completionRetentionMs;
    if (until > commit.latest && !commit.hasAct('invocation.purge', id))
      violation('P8', `${id} is forgotten ${until - commit.latest} ms before its retention ends`);
    return;
  }
  if (record.completionRetentionMs === 0 || commit.hasAct('invocation.purge', id)) return;
  const ended = commit.hasAct('invocation.cancel', id) || commit.hasAct('invocation.kill', id) || isBeingEnded(id);
  if (ended && (state.status === 'scheduled' || state.status === 'pending')) onNeverStarted(id);
  else violation('P1', `${id} was ${state.status} and is gone`);
}

function isEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
