/**
 * Plays the rounds. Within a round every server gets the same workload right after the other, so that what changes on the machine
 * over minutes changes for all; the order rotates, so that nobody is always first.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchOptions } from './bench-options.ts';
import { canCountSyncs } from './measure/sync-count.ts';
import { formatMeasurement } from './report/format-measurement.ts';
import type { Measurement, WorkloadName } from './report/measurement.ts';
import type { Side } from './sides/side.ts';
import { measureIdle } from './workloads/idle.ts';
import { measureKeyQueue } from './workloads/key-queue.ts';
import { measureLongHistory } from './workloads/long-history.ts';
import { measureRecovery } from './workloads/recovery.ts';
import { openStage } from './workloads/stage.ts';
import { measureSuspended } from './workloads/suspended.ts';
import { countSyncsOf } from './workloads/sync-pass.ts';
import { measureThroughput, throughputPaths } from './workloads/throughput.ts';
import type { ThroughputWorkload } from './workloads/throughput.ts';

export interface BenchRun {
  readonly options: BenchOptions;
  readonly sides: readonly Side[];
  /** For the servers' data. */
  readonly folder: string;
  readonly tell: (line: string) => void;
  /** After every round, with everything measured so far: a run takes long, and what is done should not be lost with it. */
  readonly keep: (measurements: readonly Measurement[]) => Promise<void>;
}

/** The counts are per operation and hardly change; a second of each is enough. */
const syncWindowMs = 1_000;
const syncConcurrencies = [1, 32];
const throughputWorkloads = Object.keys(throughputPaths) as ThroughputWorkload[]; // the keys of the table are the names

export async function runBench(run: BenchRun): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  const note = (measurement: Measurement): void => {
    measurements.push(measurement);
    run.tell(formatMeasurement(measurement));
  };
  for (let round = 0; round < run.options.rounds; round++) {
    run.tell(`Round ${round + 1} of ${run.options.rounds}`);
    const sides = rotate(run.sides, round);
    const folder = join(run.folder, `round-${round + 1}`);
    await mkdir(folder, { recursive: true });
    await playThroughput({ ...run, sides, folder }, (measurement) => note({ ...measurement, round }));
    for (const workload of run.options.workloads) {
      const measure = lonelyWorkload(workload, run.options);
      if (measure === undefined) continue;
      for (const side of sides) note({ ...(await measure(side, folder)), round });
    }
    await run.keep(measurements);
  }
  if (run.options.withSyncs) await playSyncs(run, note);
  return measurements;
}

/** All servers are up at once and share one service process; an idle one costs a fiftieth of a core. */
async function playThroughput(
  { options, sides, folder }: BenchRun,
  note: (measurement: Omit<Measurement, 'round'>) => void,
): Promise<void> {
  const workloads = throughputWorkloads.filter((name) => options.workloads.includes(name));
  if (workloads.length === 0) return;
  await using stage = await openStage(sides, folder);
  const { warmUpMs, windowMs } = options;
  // Compilers first: the first load of a process is not what it will be like from then on.
  for (const server of stage.servers) {
    await measureThroughput(stage, server, { workload: 'W2', concurrency: 32, warmUpMs, windowMs: warmUpMs });
  }
  for (const workload of workloads) {
    for (const concurrency of options.concurrencies) {
      for (const server of stage.servers) {
        note(await measureThroughput(stage, server, { workload, concurrency, warmUpMs, windowMs }));
      }
    }
  }
}

type Measure = (side: Side, folder: string) => Promise<Omit<Measurement, 'round'>>;

/** Workloads for which everything starts afresh, with one server at a time. */
function lonelyWorkload(workload: WorkloadName, options: BenchOptions): Measure | undefined {
  switch (workload) {
    case 'W4':
      return (side, folder) => measureSuspended(side, { invocations: options.suspended, folder });
    case 'W5':
      return (side, folder) => measureRecovery(side, { invocations: options.inFlight, folder });
    case 'W6':
      return (side, folder) =>
        measureLongHistory(side, { steps: options.historySteps, repeats: options.historyRepeats, folder });
    case 'W7':
      return (side, folder) => measureKeyQueue(side, { calls: options.queuedCalls, folder });
    case 'idle':
      return (side, folder) => measureIdle(side, { windowMs: options.windowMs, folder });
    case 'W1':
    case 'W2':
    case 'W3':
      return undefined;
  }
}

async function playSyncs(run: BenchRun, note: (measurement: Measurement) => void): Promise<void> {
  if (!canCountSyncs()) {
    run.tell('Syncs are not counted: strace is not there, or may not trace.');
    return;
  }
  const chosen = throughputWorkloads.filter((name) => run.options.workloads.includes(name));
  const workloads = chosen.length === 0 ? throughputWorkloads : chosen;
  const folder = join(run.folder, 'syncs');
  await mkdir(folder, { recursive: true });
  for (const side of run.sides) {
    const options = { workloads, concurrencies: syncConcurrencies, windowMs: syncWindowMs, folder };
    for (const measurement of await countSyncsOf(side, options)) note(measurement);
  }
}

function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
