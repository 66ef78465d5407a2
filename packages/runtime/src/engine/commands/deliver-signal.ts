import type { DeliverSignal, Replies } from '../command.ts';
import type { Env } from '../env.ts';
import { applyMessage } from '../rules/apply-message.ts';
import type { Transaction } from '../transaction.ts';

/** A signal from outside, such as an awakeable that a person resolved. Unknown and finished receivers ignore it. */
export function deliverSignal(tx: Transaction, env: Env, command: DeliverSignal): Replies['deliverSignal'] {
  applyMessage(tx, env, {
    kind: 'signal',
    invocation: command.invocation,
    signal: command.signal,
    result: command.result,
  });
  return { kind: 'delivered' };
}
