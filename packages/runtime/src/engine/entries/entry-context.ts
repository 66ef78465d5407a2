/** What the rule of one journal command works with, and how it says no. */
import type { Command } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import type { InvocationRecord } from '../record.ts';
import type { Transaction } from '../transaction.ts';

/** A command that must not be appended: the attempt fails, retryably, and nothing of the command is kept (protocol section 8.4). */
export interface Violation {
  readonly code: 'COMMAND_REFUSED' | 'CALL_TARGET_UNKNOWN' | 'PROTOCOL_VIOLATION';
  readonly message: string;
}

export type CommandOf<K extends Command['kind']> = Extract<Command, { kind: K }>;

/**
 * One journal command's rule. `check` decides before anything is appended; `apply` runs right after its entry was appended, with the
 * record that counts it.
 */
export interface EntryRule<K extends Command['kind']> {
  readonly check: (env: Env, record: InvocationRecord, command: CommandOf<K>) => Violation | undefined;
  readonly apply: (tx: Transaction, env: Env, record: InvocationRecord, command: CommandOf<K>) => void;
}

export const allow = (): undefined => undefined;
export const nothing = (): void => undefined;

export function violation(code: Violation['code'], message: string): Violation {
  return { code, message };
}
