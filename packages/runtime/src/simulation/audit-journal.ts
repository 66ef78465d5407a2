/** P1, P4, P6: journals only grow, by what the current attempt sends and by each awaited result once. */
import { decodeStoredEntry, splitFrames } from '@holdfast/protocol';
import type { Command, InvocationId, Notification } from '@holdfast/protocol';
import type { AttemptName } from '../engine/attempt-name.ts';
import { completionsOf } from '../engine/fold-journal.ts';
import type { InvocationRecord } from '../engine/record.ts';
import type { JournalWrite } from '../store/store.ts';
import { auditCall } from './audit-call.ts';
import type { AuditedCommit } from './audited-commit.ts';
import type { CalledLedger } from './called-ledger.ts';
import type { Violation } from './effects-ledger.ts';

export type JournalEntry = Command | Notification;

const CANCEL = 1;

export interface JournalAuditParts {
  readonly violation: Violation;
  /** The attempt that sent this frame, when an attempt did. */
  readonly senderOf: (frame: Uint8Array) => AttemptName | undefined;
  readonly called: CalledLedger;
  /** In any partition; in that of the commit as it is after it. */
  readonly find: (id: InvocationId) => InvocationRecord | undefined;
}

export function auditJournal(commit: AuditedCommit, parts: JournalAuditParts): void {
  const journals = new Map<InvocationId, JournalEntry[]>();
  for (const write of commit.batch.journal) {
    if (write.kind === 'drop') {
      auditDrop(commit, write.invocation, parts.violation);
      journals.set(write.invocation, []);
    }
    if (write.kind === 'append') auditAppend(commit, write, journals, parts);
  }
}

/** Frames are decoded by everyone who looks at them, many times over; they never change. */
const decoded = new WeakMap<Uint8Array, readonly JournalEntry[]>();

export function decodeFrames(frames: readonly Uint8Array[]): JournalEntry[] {
  return frames.flatMap((bytes) => {
    const known = decoded.get(bytes) ?? splitFrames(bytes).map(decodeStoredEntry);
    decoded.set(bytes, known);
    return known;
  });
}

function auditDrop(commit: AuditedCommit, id: InvocationId, violation: Violation): void {
  const after = commit.findAfter<'invocation'>({ table: 'invocation', id });
  const before = commit.findBefore<'invocation'>({ table: 'invocation', id });
  const goesOn = after !== undefined && after.state.status !== 'completed' && after.randomSeed === before?.randomSeed;
  if (goesOn) violation('P6', `the journal of ${id} is dropped while it is ${after.state.status}`);
}

function auditAppend(
  commit: AuditedCommit,
  write: Extract<JournalWrite, { kind: 'append' }>,
  journals: Map<InvocationId, JournalEntry[]>,
  parts: JournalAuditParts,
): void {
  const { invocation: id, firstIndex, frames } = write;
  const before = commit.findBefore<'invocation'>({ table: 'invocation', id });
  const after = commit.findAfter<'invocation'>({ table: 'invocation', id });
  // Recorded and forgotten within one batch; or a new life of an id, whose old journal went with its record.
  const isNew = before === undefined || before.randomSeed !== (after?.randomSeed ?? before.randomSeed);
  // A batch may hold the end of one life and the beginning of the next; the drop between them empties the journal.
  const known = journals.get(id) ?? (before === undefined ? [] : decodeFrames(commit.before.journal(id)));
  journals.set(id, known);
  if (after !== undefined && firstIndex !== known.length)
    parts.violation('P6', `entry ${firstIndex} of ${id} is written when its journal has ${known.length} entries`);
  if (before?.state.status === 'completed' && !isNew) parts.violation('P6', `${id} is completed and its journal grows`);
  for (const frame of frames) {
    const sender = parts.senderOf(frame);
    if (sender !== undefined && !isNew && sender.epoch !== before?.epoch)
      parts.violation('P6', `attempt ${sender.epoch} of ${id} appended while attempt ${before?.epoch} was current`);
    if (sender !== undefined && !isNew && sender.createdAt !== before?.createdAt)
      parts.violation('P6', `an attempt of an earlier life of ${id} appended`);
    for (const entry of decodeFrames([frame])) {
      auditEntry(commit, { id, known, entry, copied: isNew }, parts);
      known.push(entry);
    }
  }
}

function auditEntry(
  commit: AuditedCommit,
  one: {
    readonly id: InvocationId;
    readonly known: readonly JournalEntry[];
    readonly entry: JournalEntry;
    readonly copied: boolean;
  },
  { called, find, violation }: JournalAuditParts,
): void {
  const { id, known, entry } = one;
  if (entry.kind !== 'notification') {
    if ((known.length === 0) !== (entry.kind === 'input'))
      violation('P4', `${id} has ${entry.kind} at ${known.length}`);
    return;
  }
  const name = entry.id.kind === 'namedSignal' ? entry.id.name : entry.id.id;
  if (entry.id.kind === 'signal' && name === CANCEL) return;
  const again = known.some(
    (other) => other.kind === 'notification' && JSON.stringify(other.id) === JSON.stringify(entry.id),
  );
  if (again) violation('P1', `${id} gets a second result for ${entry.id.kind} ${name}`);
  if (entry.id.kind !== 'completion') return;
  const command = known.find(
    (other): other is Command =>
      other.kind !== 'notification' && completionsOf(other).some(([one, of]) => one === name && of === entry.of),
  );
  if (command === undefined) violation('P4', `${id} gets a result for ${entry.of} ${name}, which nothing announced`);
  const caller = one.copied ? undefined : commit.findBefore<'invocation'>({ table: 'invocation', id });
  const isCall = command?.kind === 'call' || command?.kind === 'oneWayCall';
  if (isCall && caller !== undefined && entry.result.kind === 'invocationId')
    called.note(caller, command, entry.result.invocationId);
  if ((command?.kind === 'call' && entry.of === 'call') || command?.kind === 'attachInvocation') {
    const wrong = auditCall({ id, journal: known }, command, entry.result, find);
    if (wrong !== undefined && !one.copied) violation('P1', wrong);
  }
  if (command?.kind === 'sleep' && command.wakeUpAt > commit.latest && !one.copied)
    violation('timers', `a sleep of ${id} ends ${command.wakeUpAt - commit.latest} ms early`);
}
