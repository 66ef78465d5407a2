/** Appends one command of an attempt: checked first, then recorded, then acted upon. */
import type { Command } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import { completionsOf } from '../fold-journal.ts';
import type { RecordRef } from '../record-table.ts';
import type { InvocationRecord } from '../record.ts';
import type { Transaction } from '../transaction.ts';
import { call, oneWayCall } from './call-entries.ts';
import { nothing, violation } from './entry-context.ts';
import type { EntryRule, Violation } from './entry-context.ts';
import { completePromise, getPromise, peekPromise } from './promise-entries.ts';
import { attachInvocation, completeAwakeable, getInvocationOutput, sendSignal } from './reference-entries.ts';
import { sleep } from './sleep-entry.ts';
import {
  clearAllState,
  clearState,
  getEagerState,
  getEagerStateKeys,
  getLazyState,
  getLazyStateKeys,
  output,
  run,
  setState,
} from './state-entries.ts';

/** The runtime writes the input when it accepts; an endpoint may not. */
const input: EntryRule<'input'> = {
  check: () => violation('PROTOCOL_VIOLATION', 'The endpoint sent an Input command.'),
  apply: nothing,
};

const RULES: { readonly [K in Command['kind']]: EntryRule<K> } = {
  input,
  output,
  getLazyState,
  setState,
  clearState,
  clearAllState,
  getLazyStateKeys,
  getEagerState,
  getEagerStateKeys,
  getPromise,
  peekPromise,
  completePromise,
  sleep,
  call,
  oneWayCall,
  sendSignal,
  run,
  attachInvocation,
  getInvocationOutput,
  completeAwakeable,
};

/** Below what stores can hold, so that the notifications of the last commands still fit. */
const JOURNAL_ENTRIES_MAX = 1_000_000;

export function appendCommand(
  tx: Transaction,
  env: Env,
  record: InvocationRecord,
  command: Command,
  frame: Uint8Array,
): Violation | undefined {
  // The rule is the one of the command's own kind, which the table's type says but the compiler cannot follow.
  const rule = RULES[command.kind] as EntryRule<Command['kind']>;
  const refused =
    checkLength(record, command) ?? checkCompletionIds(record, command) ?? rule.check(env, record, command);
  if (refused !== undefined) return refused;
  rule.apply(tx, env, tx.append(record, command, frame, env.now), command);
  return undefined;
}

/** What appending this command will read, as far as it can be said before; see EntryRule. */
export function listReads(env: Env, record: InvocationRecord, command: Command): readonly RecordRef[] {
  const rule = RULES[command.kind] as EntryRule<Command['kind']>; // As in appendCommand.
  return rule.reads?.(env, record, command) ?? [];
}

/**
 * One invocation that turns in circles must not fill the store. What ends it is still taken, and so are the results that it waits for.
 */
function checkLength(record: InvocationRecord, command: Command): Violation | undefined {
  if (record.journal.length < JOURNAL_ENTRIES_MAX || command.kind === 'output') return undefined;
  const message = `The journal has ${record.journal.length} entries, and no invocation may have more. A handler that goes on for ever should send to itself and end.`;
  return violation('COMMAND_REFUSED', message);
}

/** Ids grow in program order (protocol section 5.1): a duplicate or a step back is an endpoint that lies about its journal. */
function checkCompletionIds(record: InvocationRecord, command: Command): Violation | undefined {
  let last = record.journal.lastCompletionId;
  for (const [id] of completionsOf(command)) {
    if (id <= last)
      return violation(
        'PROTOCOL_VIOLATION',
        `The completion id ${id} of a ${command.kind} command does not follow ${last}.`,
      );
    last = id;
  }
  return undefined;
}
