/** Forgets a completed invocation. With a workflow's run go its state and its promises, but for those that a handler still waits for. */
import type { InvocationRecord } from '../record.ts';
import type { Transaction } from '../transaction.ts';
import { leaveState } from './change-state.ts';

export function dropInvocation(tx: Transaction, record: InvocationRecord): void {
  leaveState(tx, record);
  tx.dropJournal(record.id);
  if (record.target.handlerKind !== 'run') return;
  const { service, key } = record.target;
  for (const state of tx.list<'state'>({ table: 'state', service, key }))
    tx.delete({ table: 'state', service, key, name: state.name });
  for (const promise of tx.list<'promise'>({ table: 'promise', service, key })) {
    // A handler of the workflow that waits can still be answered, by its next run or by another handler; forgotten, it would wait for ever.
    if (promise.waiters.length === 0) tx.delete({ table: 'promise', service, key, name: promise.name });
  }
}
