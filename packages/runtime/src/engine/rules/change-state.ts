/**
 * The only way an invocation changes its state or its pin. The counters of work per deployment move in the same step, so that they
 * are exact at every commit.
 */
import type { DeploymentId } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import type { CountRecord, InvocationRecord, InvocationState } from '../record.ts';
import type { Transaction } from '../transaction.ts';

export type CountName = Exclude<keyof CountRecord, 'deployment'>;

export function changeState(
  tx: Transaction,
  env: Env,
  record: InvocationRecord,
  state: InvocationState,
): InvocationRecord {
  const changed = { ...record, state, modifiedAt: env.now };
  const before = countOf(record);
  const after = countOf(changed);
  if (before !== after) {
    if (before !== undefined) adjustCount(tx, record.pin.deployment, before, -1);
    if (after !== undefined) adjustCount(tx, changed.pin.deployment, after, 1);
  }
  tx.putInvocation(changed);
  return changed;
}

/** A new invocation: there is no state before. */
export function enterState(tx: Transaction, record: InvocationRecord): void {
  const name = countOf(record);
  if (name !== undefined) adjustCount(tx, record.pin.deployment, name, 1);
  tx.putInvocation(record);
}

/** The record is deleted: it counts nowhere any more. */
export function leaveState(tx: Transaction, record: InvocationRecord): void {
  const name = countOf(record);
  if (name !== undefined) adjustCount(tx, record.pin.deployment, name, -1);
  tx.delete({ table: 'invocation', id: record.id });
}

/** Gives the invocation to another deployment: its work is counted there from now on. */
export function changePin(
  tx: Transaction,
  env: Env,
  record: InvocationRecord,
  move: { readonly deployment: DeploymentId; readonly by: string; readonly reason: string },
): InvocationRecord {
  const name = countOf(record);
  if (name !== undefined) {
    adjustCount(tx, record.pin.deployment, name, -1);
    adjustCount(tx, move.deployment, name, 1);
  }
  const moved: InvocationRecord = {
    ...record,
    pin: { ...record.pin, deployment: move.deployment },
    versions: [
      ...record.versions,
      { deployment: move.deployment, at: env.now, fromEntry: record.journal.length, by: move.by, reason: move.reason },
    ],
    modifiedAt: env.now,
  };
  tx.putInvocation(moved);
  return moved;
}

export function countsOf(tx: Transaction, deployment: DeploymentId): CountRecord {
  return (
    tx.find<'count'>({ table: 'count', deployment }) ?? {
      deployment,
      running: 0,
      suspended: 0,
      paused: 0,
      scheduled: 0,
      queued: 0,
      inTransit: 0,
      retainedWorkflows: 0,
    }
  );
}

export function adjustCount(tx: Transaction, deployment: DeploymentId, name: CountName, by: 1 | -1): void {
  const counts = countsOf(tx, deployment);
  tx.put({ table: 'count', record: { ...counts, [name]: counts[name] + by } });
}

function countOf(record: InvocationRecord): CountName | undefined {
  switch (record.state.status) {
    case 'running':
    case 'backingOff':
      return 'running';
    case 'suspended':
      return 'suspended';
    case 'paused':
      return 'paused';
    case 'scheduled':
      return 'scheduled';
    case 'pending':
      return 'queued';
    case 'completed':
      return record.target.handlerKind === 'run' ? 'retainedWorkflows' : undefined;
  }
}
