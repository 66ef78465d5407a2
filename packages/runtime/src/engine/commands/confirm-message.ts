import type { ConfirmMessage, Replies } from '../command.ts';
import type { Env } from '../env.ts';
import { adjustCount } from '../rules/change-state.ts';
import { inTransitPin } from '../rules/send-message.ts';
import type { Transaction } from '../transaction.ts';

/** The receiver has it on disk: the outbox row goes, and its work is no longer in transit but counted there. */
export function confirmMessage(tx: Transaction, _env: Env, command: ConfirmMessage): Replies['confirmMessage'] {
  const ref = { table: 'outbox', target: command.target, sequence: command.sequence } as const;
  const row = tx.find<'outbox'>(ref);
  if (row !== undefined) {
    tx.delete(ref);
    const pin = inTransitPin(row.message);
    if (pin !== undefined) adjustCount(tx, pin, 'inTransit', -1);
  }
  return { kind: 'confirmed' };
}
