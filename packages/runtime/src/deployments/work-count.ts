import type { DeploymentId } from '@holdfast/protocol';
import type { CountRecord } from '../engine/record.ts';
import type { PartitionPort } from '../partition/port.ts';

/** Work of one deployment over all partitions. */
export type WorkCount = Omit<CountRecord, 'deployment'>;

/** A message that moves between two partitions while they are asked could be missed by one look; it cannot be missed by two. */
export async function countWork(partitions: readonly PartitionPort[], deployment: DeploymentId): Promise<WorkCount> {
  const first = await look(partitions, deployment);
  if (partitions.length === 1 || holdsWork(first)) return first;
  return look(partitions, deployment);
}

/** True while the deployment must stay: unfinished work, and workflow runs that can still be asked. */
export function holdsWork(count: WorkCount): boolean {
  return Object.values(count).some((value) => value > 0);
}

/** `2 running, 1 suspended`. */
export function describeWork(count: WorkCount): string {
  const words: Readonly<Record<keyof WorkCount, string>> = {
    running: 'running',
    suspended: 'suspended',
    paused: 'paused',
    scheduled: 'scheduled',
    queued: 'queued',
    inTransit: 'in transit',
    retainedWorkflows: 'retained workflows',
  };
  const parts = kinds.filter((kind) => count[kind] > 0).map((kind) => `${count[kind]} ${words[kind]}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

const kinds = ['running', 'suspended', 'paused', 'scheduled', 'queued', 'inTransit', 'retainedWorkflows'] as const;

async function look(partitions: readonly PartitionPort[], deployment: DeploymentId): Promise<WorkCount> {
  const records = await Promise.all(partitions.map((one) => one.submit({ kind: 'countWork', deployment })));
  const sum = (kind: keyof WorkCount): number => records.reduce((total, record) => total + record[kind], 0);
  return {
    running: sum('running'),
    suspended: sum('suspended'),
    paused: sum('paused'),
    scheduled: sum('scheduled'),
    queued: sum('queued'),
    inTransit: sum('inTransit'),
    retainedWorkflows: sum('retainedWorkflows'),
  };
}
