/**
 * Gives an invocation a result that it may wait for. First wins: what was once recorded under an id never changes. An open attempt is
 * told, a suspended one is woken when it waits for just this.
 */
import { encodeNotification } from '@holdfast/protocol';
import type { AwaitSet, InvocationId, Notification } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import { CANCEL_SIGNAL } from '../fold-journal.ts';
import { includesId } from '../id-set.ts';
import type { InvocationRecord, JournalSummary } from '../record.ts';
import type { Transaction } from '../transaction.ts';
import { startWithFreshBudget } from './start-attempt.ts';

/** `ack` is the short V7 frame that an open attempt gets instead of the whole notification; the journal keeps the whole. */
export function appendNotification(
  tx: Transaction,
  env: Env,
  id: InvocationId,
  notification: Notification,
  ack?: Uint8Array,
): void {
  const record = tx.invocation(id);
  if (record === undefined || record.state.status === 'completed' || !isWanted(record.journal, notification)) return;
  const frame = encodeNotification(notification);
  const appended = tx.append(record, notification, frame, env.now);
  switch (appended.state.status) {
    case 'running':
      tx.emit({
        kind: 'notify',
        invocation: id,
        createdAt: appended.createdAt,
        epoch: appended.epoch,
        index: record.journal.length,
        frame: ack ?? frame,
      });
      return;
    case 'suspended':
      if (isAwaited(appended.state.awaiting, notification)) startWithFreshBudget(tx, env, appended);
      else sealAppended(tx, appended);
      return;
    default:
      sealAppended(tx, appended);
  }
}

/** Whether any of the awaited results is already in the journal; of cancel signals, one that the attempt has not seen. */
export function isSatisfied(awaiting: AwaitSet, journal: JournalSummary, seenThrough: number): boolean {
  return (
    (awaiting.signals.includes(CANCEL_SIGNAL) && journal.cancelledAt >= seenThrough) ||
    awaiting.completions.some((id) => includesId(journal.notified, id)) ||
    awaiting.signals.some((id) => includesId(journal.signals, id)) ||
    awaiting.namedSignals.some((name) => journal.namedSignals.includes(name))
  );
}

/** An invocation that does not run keeps nothing in the log: its row says how far the journal goes. */
function sealAppended(tx: Transaction, record: InvocationRecord): void {
  tx.putInvocation(record);
  tx.seal(record.id);
}

function isWanted(journal: JournalSummary, notification: Notification): boolean {
  switch (notification.id.kind) {
    case 'completion':
      return journal.open[notification.id.id] === notification.of;
    case 'signal':
      return notification.id.id === CANCEL_SIGNAL || !includesId(journal.signals, notification.id.id);
    case 'namedSignal':
      return !journal.namedSignals.includes(notification.id.name);
  }
}

function isAwaited(awaiting: AwaitSet, notification: Notification): boolean {
  switch (notification.id.kind) {
    case 'completion':
      return awaiting.completions.includes(notification.id.id);
    case 'signal':
      return awaiting.signals.includes(notification.id.id);
    case 'namedSignal':
      return awaiting.namedSignals.includes(notification.id.name);
  }
}
