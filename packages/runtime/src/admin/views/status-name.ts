import type { Status } from '../../engine/record.ts';

const names: Readonly<Record<Status, string>> = {
  scheduled: 'scheduled',
  pending: 'pending',
  running: 'running',
  backingOff: 'backing-off',
  suspended: 'suspended',
  paused: 'paused',
  completed: 'completed',
};

/** A status as people and SQL see it; the names are Restate's. */
export function statusName(status: Status): string {
  return names[status];
}

export const statusNames: readonly string[] = Object.values(names);
