/** P10: the counters of a deployment's work move in the same batch as the work itself, by exactly as much. */
import type { CountRecord, InvocationRecord } from '../engine/record.ts';
import type { AuditedCommit } from './audited-commit.ts';
import type { Violation } from './effects-ledger.ts';

type CountName = Exclude<keyof CountRecord, 'deployment'>;

const COUNTED_AS = {
  running: 'running',
  backingOff: 'running',
  suspended: 'suspended',
  paused: 'paused',
  scheduled: 'scheduled',
  pending: 'queued',
} as const;

/** What an invocation counts as, written down again beside the engine's own table. */
export function countNameOf(record: InvocationRecord): CountName | undefined {
  if (record.state.status !== 'completed') return COUNTED_AS[record.state.status];
  return record.target.handlerKind === 'run' ? 'retainedWorkflows' : undefined;
}

export function auditCounts(commit: AuditedCommit, violation: Violation): void {
  const moved = new Map<string, number>();
  const move = (deployment: string, name: CountName | undefined, by: number): void => {
    if (name === undefined) return;
    const place = `${deployment} ${name}`;
    moved.set(place, (moved.get(place) ?? 0) + by);
  };
  for (const { before, after } of commit.changes('invocation')) {
    if (before !== undefined) move(before.pin.deployment, countNameOf(before), -1);
    if (after !== undefined) move(after.pin.deployment, countNameOf(after), 1);
  }
  for (const { before, after } of commit.changes('outbox')) {
    if (before?.message.kind === 'accept') move(before.message.proposedDeployment, 'inTransit', -1);
    if (after?.message.kind === 'accept') move(after.message.proposedDeployment, 'inTransit', 1);
  }
  for (const { before, after } of commit.changes('count')) {
    for (const [name, count] of Object.entries(after ?? {})) {
      if (typeof count !== 'number') continue;
      const place = `${after?.deployment} ${name}`;
      // The entries of a count record are its names.
      const counted = count - (before?.[name as CountName] ?? 0);
      if (counted !== (moved.get(place) ?? 0))
        violation('P10', `the count "${place}" moves by ${counted}, its work by ${moved.get(place) ?? 0}`);
      moved.delete(place);
    }
  }
  for (const [place, by] of moved)
    if (by !== 0) violation('P10', `work moves by ${by} and "${place}" does not count it`);
}
