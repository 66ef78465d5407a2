/**
 * The journal summary of an invocation is a fold over its entries. The same fold runs when an entry is appended and when the log's
 * tail is read after a crash, so the two can never disagree.
 */
import type { Command, Notification, NotificationKind } from '@holdfast/protocol';
import { addId } from './id-set.ts';
import type { InvocationRecord, JournalSummary } from './record.ts';

export const EMPTY_JOURNAL: JournalSummary = {
  length: 0,
  commands: 0,
  lastCompletionId: 0,
  open: {},
  notified: [],
  signals: [],
  namedSignals: [],
  cancelledAt: -1,
  children: 0,
  outputAt: -1,
};

/** The delivery of CANCEL; each one counts, so it is never deduplicated (protocol section 5.2). */
export const CANCEL_SIGNAL = 1;

export function foldEntry(record: InvocationRecord, entry: Command | Notification, now: number): InvocationRecord {
  if (entry.kind === 'notification') return { ...record, journal: foldNotification(record.journal, entry) };
  // A stored command is progress: the counters that Start reports begin again (protocol section 12.4).
  const retry = { ...record.retry, sinceLastCommand: 0, since: now };
  return { ...record, retry, journal: foldCommand(record.journal, entry) };
}

function foldCommand(journal: JournalSummary, command: Command): JournalSummary {
  const announced = completionsOf(command);
  const open = announced.length === 0 ? journal.open : { ...journal.open, ...Object.fromEntries(announced) };
  return {
    ...journal,
    length: journal.length + 1,
    commands: journal.commands + 1,
    lastCompletionId: announced.reduce((last, [id]) => Math.max(last, id), journal.lastCompletionId),
    open,
    outputAt: command.kind === 'output' ? journal.length : journal.outputAt,
  };
}

function foldNotification(journal: JournalSummary, notification: Notification): JournalSummary {
  const grown = {
    ...journal,
    length: journal.length + 1,
    children: journal.children + (notification.of === 'callInvocationId' ? 1 : 0),
  };
  switch (notification.id.kind) {
    case 'completion': {
      const { [notification.id.id]: _completed, ...open } = journal.open;
      return { ...grown, open, notified: addId(journal.notified, notification.id.id) };
    }
    case 'signal':
      return notification.id.id === CANCEL_SIGNAL
        ? { ...grown, cancelledAt: journal.length }
        : { ...grown, signals: addId(journal.signals, notification.id.id) };
    case 'namedSignal':
      return { ...grown, namedSignals: [...journal.namedSignals, notification.id.name] };
  }
}

/** The completion ids that a command announces, with the notification that each waits for. */
export function completionsOf(command: Command): readonly (readonly [id: number, kind: NotificationKind])[] {
  switch (command.kind) {
    case 'call':
      return [
        [command.invocationIdCompletionId, 'callInvocationId'],
        [command.completionId, 'call'],
      ];
    case 'oneWayCall':
      return [[command.invocationIdCompletionId, 'callInvocationId']];
    case 'getLazyState':
    case 'getLazyStateKeys':
    case 'getPromise':
    case 'peekPromise':
    case 'completePromise':
    case 'sleep':
    case 'run':
    case 'attachInvocation':
    case 'getInvocationOutput':
      return [[command.completionId, command.kind]];
    default:
      return [];
  }
}
