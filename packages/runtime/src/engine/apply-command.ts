/** The engine: one pure function. `(view, command) → (mutations, effects, reply)`; what it changes is in `tx`. */
import type { EngineCommand, Replies, ReplyOf } from './command.ts';
import { advanceAttempt } from './commands/advance-attempt.ts';
import { attachCaller } from './commands/attach-caller.ts';
import { cancel } from './commands/cancel.ts';
import { confirmMessage } from './commands/confirm-message.ts';
import { countWork } from './commands/count-work.ts';
import { deliverSignal } from './commands/deliver-signal.ts';
import { describe } from './commands/describe.ts';
import { editState } from './commands/edit-state.ts';
import { failAttempt } from './commands/fail-attempt.ts';
import { fireTimer } from './commands/fire-timer.ts';
import { invoke } from './commands/invoke.ts';
import { kill } from './commands/kill.ts';
import { pause } from './commands/pause.ts';
import { purgeJournal } from './commands/purge-journal.ts';
import { purge } from './commands/purge.ts';
import { receiveMessage } from './commands/receive-message.ts';
import { recover } from './commands/recover.ts';
import { restart } from './commands/restart.ts';
import { resume } from './commands/resume.ts';
import { withdrawAttempt } from './commands/withdraw-attempt.ts';
import type { Env } from './env.ts';
import { applyMessage } from './rules/apply-message.ts';
import type { Transaction } from './transaction.ts';

type Kind = EngineCommand['kind'];
type CommandOf<K extends Kind> = Extract<EngineCommand, { kind: K }>;

const RULES: { readonly [K in Kind]: (tx: Transaction, env: Env, command: CommandOf<K>) => Replies[K] } = {
  invoke,
  attachCaller,
  deliverSignal,
  advanceAttempt,
  failAttempt,
  withdrawAttempt,
  fireTimer,
  cancel,
  kill,
  pause,
  resume,
  restart,
  purge,
  purgeJournal,
  editState,
  describe,
  countWork,
  // The partition itself decides with the new snapshot from the next command on; see partition.ts.
  adoptRegistry: () => ({ kind: 'adopted' }),
  receiveMessage,
  confirmMessage,
  recover,
};

export function applyCommand<C extends EngineCommand>(tx: Transaction, env: Env, command: C): ReplyOf<C> {
  // The rule under a command's kind takes that command and gives its reply; the table's type says so.
  const rule = RULES[command.kind] as unknown as (tx: Transaction, env: Env, command: C) => ReplyOf<C>;
  const reply = rule(tx, env, command);
  // What invocations of this partition tell each other belongs to the same step. Messages may cause further ones.
  for (const message of tx.messages) applyMessage(tx, env, message);
  return reply;
}
