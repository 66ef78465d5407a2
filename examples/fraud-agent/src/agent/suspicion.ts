import type { Transaction } from './fraud-agent.ts';

/** How suspicious a transaction is, from 0 to 1. Both versions agree on this; they differ in how they write it down. */
export function suspicion(transaction: Transaction): number {
  const large = transaction.amount >= 5_000 ? 0.5 : 0.1;
  return transaction.payee === 'new' ? large + 0.3 : large;
}
