import type { StopAttempt } from '../effect.ts';
import type { InvocationRecord } from '../record.ts';
import type { Transaction } from '../transaction.ts';

/** Tells the latest attempt of an invocation to end, if it is still there. */
export function stopAttempt(tx: Transaction, record: InvocationRecord, how: StopAttempt['how']): void {
  const { id: invocation, createdAt, epoch } = record;
  tx.emit({ kind: 'stopAttempt', invocation, createdAt, epoch, how });
}
