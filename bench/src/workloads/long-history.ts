/** W6: one invocation with a long journal waits, suspended, and is resumed: its whole history is replayed for one more entry. */
import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '@holdfast/testing';
import { takeUsageSample, usageBetween } from '../measure/usage-window.ts';
import type { Measurement } from '../report/measurement.ts';
import { median } from '../report/median.ts';
import type { Side } from '../sides/side.ts';
import { countOpenAttempts, openOneServerStage, processesOf, waitForProgress } from './stage.ts';
import type { OneServerStage } from './stage.ts';

export interface LongHistoryOptions {
  readonly steps: number;
  /** Invocations one after the other; the result is the median of each figure. */
  readonly repeats: number;
  readonly folder: string;
}

const buildWithinMs = 120_000;
const suspendWithinMs = 30_000;
const resumeWithinMs = 60_000;
// What the server still has to do after the last step is not part of the resumption.
const calmMs = 500;

export async function measureLongHistory(
  side: Side,
  { steps, repeats, folder }: LongHistoryOptions,
): Promise<Omit<Measurement, 'round'>> {
  await using stage = await openOneServerStage(side, folder);
  const runs: Resumption[] = [];
  for (let run = 0; run < repeats; run++) runs.push(await resumeOne(stage, steps, run));
  return {
    workload: 'W6',
    concurrency: undefined,
    side: side.name,
    values: {
      stepsPerSecond: median(runs.map((run) => run.stepsPerSecond)),
      resumeMs: median(runs.map((run) => run.resumeMs)),
      serverCpuS: median(runs.map((run) => run.serverCpuS)),
      serviceCpuS: median(runs.map((run) => run.serviceCpuS)),
      othersCores: median(runs.map((run) => run.othersCores)),
    },
  };
}

interface Resumption {
  readonly stepsPerSecond: number;
  readonly resumeMs: number;
  readonly serverCpuS: number;
  readonly serviceCpuS: number;
  readonly othersCores: number;
}

async function resumeOne(stage: OneServerStage, steps: number, run: number): Promise<Resumption> {
  const { server, load } = stage;
  const port = server.ingressPort;
  const startedAt = performance.now();
  // The caller stays on the line: its answer is the end that counts.
  const call = load.ask(
    'burst',
    { port, connections: 1, requests: [{ path: '/Work/history', body: String(steps) }] },
    buildWithinMs + suspendWithinMs + resumeWithinMs,
  );
  const built = waitForProgress(stage, `${steps} steps are done`, buildWithinMs, ({ entered }) => entered > run);
  // Whichever fails first says why; the call cannot end before it is resolved.
  const { awakeables } = await Promise.race([built, call.then(() => built)]);
  const buildMs = performance.now() - startedAt;
  await waitUntil(
    `the invocation with ${steps} steps is suspended`,
    async () => ((await countOpenAttempts(stage)) === 0 ? true : undefined),
    { timeoutMs: suspendWithinMs },
  );
  await pause(calmMs);

  const processes = processesOf(stage, server);
  const before = takeUsageSample(processes);
  const path = `/restate/awakeables/${awakeables.at(-1) ?? ''}/resolve`;
  const resolved = await load.ask(
    'burst',
    { port, connections: 1, requests: [{ path, body: 'true' }] },
    resumeWithinMs,
  );
  const answered = await call;
  const usage = usageBetween(before, takeUsageSample(processes));
  return {
    stepsPerSecond: steps / (buildMs / 1000),
    resumeMs: answered.endedAtMs - resolved.startedAtMs,
    serverCpuS: usage.serverCpuMs / 1000,
    serviceCpuS: usage.serviceCpuMs / 1000,
    othersCores: usage.othersCores,
  };
}
