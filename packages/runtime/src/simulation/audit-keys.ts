/** P7: one holder per key, which keeps it until it ends, and then the one that has waited longest. */
import type { InvocationId } from '@holdfast/protocol';
import type { ObjectRecord, QueueEntry } from '../engine/record.ts';
import type { AuditedCommit } from './audited-commit.ts';
import type { Violation } from './effects-ledger.ts';

export function auditKeys(commit: AuditedCommit, violation: Violation): void {
  for (const { before, after } of commit.changes('object')) auditKey(commit, { before, after }, violation);
  for (const { before, after } of commit.changes('queue')) {
    if (before === undefined && after !== undefined) auditPlace(commit, after, violation);
  }
}

function auditKey(
  commit: AuditedCommit,
  change: { readonly before: ObjectRecord | undefined; readonly after: ObjectRecord | undefined },
  violation: Violation,
): void {
  const object = change.after ?? change.before;
  if (object === undefined) return;
  const { service, key } = object;
  const name = `${service}/${key}`;
  const from = change.before?.holder;
  const to = change.after?.holder;
  if (from === to) return;
  if (from !== undefined && isLive(commit, from)) violation('P7', `${from} lost ${name} before it ended`);
  const waiting = listPending(commit, change.before);
  const overtaken = waiting.find((entry) => entry.invocation !== to && isPending(commit, entry.invocation));
  const place = waiting.find((entry) => entry.invocation === to);
  if (to === undefined) {
    if (overtaken !== undefined) violation('P7', `${name} is free although ${overtaken.invocation} waits for it`);
  } else if (overtaken !== undefined && (place === undefined || overtaken.sequence < place.sequence)) {
    violation('P7', `${to} got ${name} before ${overtaken.invocation}, which came first`);
  }
}

/** Everyone behind in the queue was there before. */
function auditPlace(commit: AuditedCommit, entry: QueueEntry, violation: Violation): void {
  const { service, key } = entry;
  const ahead = listPending(commit, commit.findBefore<'object'>({ table: 'object', service, key }));
  const behind = ahead.find((other) => other.sequence >= entry.sequence);
  if (behind !== undefined)
    violation('P7', `${entry.invocation} takes place ${entry.sequence} before ${behind.invocation}`);
}

function listPending(commit: AuditedCommit, object: ObjectRecord | undefined): readonly QueueEntry[] {
  const entries: QueueEntry[] = [];
  if (object === undefined) return entries;
  const { service, key } = object;
  for (let sequence = object.head; sequence < object.tail; sequence++) {
    const entry = commit.findBefore<'queue'>({ table: 'queue', service, key, sequence });
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

function isLive(commit: AuditedCommit, id: InvocationId): boolean {
  const record = commit.findAfter<'invocation'>({ table: 'invocation', id });
  return record !== undefined && record.state.status !== 'completed' && !isNewLife(commit, id);
}

function isPending(commit: AuditedCommit, id: InvocationId): boolean {
  return commit.findAfter<'invocation'>({ table: 'invocation', id })?.state.status === 'pending';
}

/** Ended, forgotten and accepted again within one batch: the same id, another execution. */
function isNewLife(commit: AuditedCommit, id: InvocationId): boolean {
  const before = commit.findBefore<'invocation'>({ table: 'invocation', id });
  const after = commit.findAfter<'invocation'>({ table: 'invocation', id });
  return before?.randomSeed !== after?.randomSeed;
}
