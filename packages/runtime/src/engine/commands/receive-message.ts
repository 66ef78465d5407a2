import type { ReceiveMessage, Replies } from '../command.ts';
import type { Env } from '../env.ts';
import { applyMessage } from '../rules/apply-message.ts';
import type { Transaction } from '../transaction.ts';

/** Applies messages of one sender in order, each once: repeats are known by their sequence, and a gap waits for what is missing. */
export function receiveMessage(tx: Transaction, env: Env, command: ReceiveMessage): Replies['receiveMessage'] {
  const through = tx.find<'inbound'>({ table: 'inbound', source: command.source })?.sequence ?? 0;
  if (command.sequence !== through + 1) return { kind: 'received', through };
  tx.put({ table: 'inbound', record: { source: command.source, sequence: command.sequence } });
  applyMessage(tx, env, command.message);
  return { kind: 'received', through: command.sequence };
}
