/** What the rule of one journal command works with, and how it says no. */
import { partitionOf } from '@holdfast/protocol';
import type { Command, InvocationId } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import type { RecordRef } from '../record-table.ts';
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
  /** What `apply`, and the messages it sends within this partition, read first; a hint. `record` is the one that `apply` will get. */
  readonly reads?: (env: Env, record: InvocationRecord, command: CommandOf<K>) => readonly RecordRef[];
}

export const allow = (): undefined => undefined;
export const nothing = (): void => undefined;

/** The invocation, if its record is in this partition. */
export function readsInvocation(env: Env, id: InvocationId | undefined): readonly RecordRef[] {
  if (id === undefined || partitionOf(id, env.partitions) !== env.partition) return [];
  return [{ table: 'invocation', id }];
}

export function violation(code: Violation['code'], message: string): Violation {
  return { code, message };
}
