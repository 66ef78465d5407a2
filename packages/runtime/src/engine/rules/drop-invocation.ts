/** Forgets a completed invocation. With a workflow's run go its state and its promises. */
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
  for (const promise of tx.list<'promise'>({ table: 'promise', service, key }))
    tx.delete({ table: 'promise', service, key, name: promise.name });
}
