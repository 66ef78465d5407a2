import type { Measurement } from '../report/measurement.ts';
import { countSyncs } from '../measure/sync-count.ts';
import type { Side } from '../sides/side.ts';
import { openOneServerStage } from './stage.ts';
import { runLoop } from './throughput.ts';
import type { ThroughputWorkload } from './throughput.ts';

export interface SyncPassOptions {
  readonly workloads: readonly ThroughputWorkload[];
  readonly concurrencies: readonly number[];
  readonly windowMs: number;
  readonly folder: string;
}

/**
 * Counts syncs per operation, in runs that are not timed.
 *
 * The traced server is slower than it is, so with concurrency it batches a little less: the counts are upper bounds there.
 */
export async function countSyncsOf(
  side: Side,
  { workloads, concurrencies, windowMs, folder }: SyncPassOptions,
): Promise<readonly Measurement[]> {
  await using stage = await openOneServerStage(side, folder);
  const { server } = stage;
  const measurements: Measurement[] = [];
  for (const workload of workloads) {
    for (const concurrency of concurrencies) {
      const loop = { workload, concurrency, warmUpMs: 0, windowMs };
      // The count goes from before the first operation to after the last, and so must the operations.
      const { syncs, result } = await countSyncs(server.pid, folder, async () => {
        const { operationsInAll } = await runLoop(stage, server, loop);
        return operationsInAll;
      });
      measurements.push({ workload, concurrency, side: side.name, round: 0, values: { syncs: syncs / result } });
    }
  }
  return measurements;
}
