import type { DescribeInvocation } from '../command.ts';
import type { Env } from '../env.ts';
import type { InvocationRecord } from '../record.ts';
import type { Transaction } from '../transaction.ts';

/** The record as it stands, every running step counted. */
export function describe(tx: Transaction, _env: Env, command: DescribeInvocation): InvocationRecord | undefined {
  return tx.invocation(command.invocation);
}
