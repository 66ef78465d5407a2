/** Everything that a store says about the small world of random-batches.ts, for comparing two stores or one store before and after. */
import type { RecordRef } from '../engine/record-table.ts';
import { worldInvocations, worldKeys, worldRanges, worldServices } from './random-batches.ts';
import { sampleDeploymentId } from './sample-records.ts';
import type { PartitionStore, Store } from './store.ts';

export async function takeSnapshot(
  store: Store,
  partition: PartitionStore,
  refs: readonly RecordRef[],
): Promise<unknown> {
  const loaded = await partition.load({ records: refs, ranges: worldRanges, journals: worldInvocations });
  return plain({
    loaded,
    slices: await Promise.all(
      worldInvocations.flatMap((invocation) =>
        [
          { from: 0, to: 1 },
          { from: 1, to: 4 },
          { from: 3, to: 1000 },
        ].map((range) => partition.readJournal(invocation, range)),
      ),
    ),
    states: await Promise.all(
      worldServices.flatMap((service) => worldKeys.map((key) => partition.readState(service, key))),
    ),
    due: await partition.listDueTimers(500, 100),
    soonest: await partition.listDueTimers(1000, 3),
    nextAt: await partition.findNextTimerAt(),
    running: await partition.listRunning(undefined, 100),
    runningLater: await partition.listRunning(worldInvocations[1], 2),
    outbox: await partition.listOutbox(100),
    audit: await store.listAudit({ limit: 100 }),
    auditOfOne: await store.listAudit({ subject: 'subject-1', limit: 2 }),
    blockers: await Promise.all([0, 1, 2, 3].map((number) => store.listBlockers(sampleDeploymentId(number), 100))),
  });
}

/** Bytes as text, so that a Buffer and a Uint8Array of the same content are equal and a difference is readable. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
