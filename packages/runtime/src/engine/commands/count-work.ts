import type { CountWork } from '../command.ts';
import type { Env } from '../env.ts';
import type { CountRecord } from '../record.ts';
import { countsOf } from '../rules/change-state.ts';
import type { Transaction } from '../transaction.ts';

/** What a deployment holds in this partition, exactly. */
export function countWork(tx: Transaction, _env: Env, command: CountWork): CountRecord {
  return countsOf(tx, command.deployment);
}
