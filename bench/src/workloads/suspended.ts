/** W4: many invocations wait for an awakeable, suspended; what each costs meanwhile, and how long it takes to resume all. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Burst } from '../load/load-question.ts';
import { monotonicMs } from '../measure/monotonic-ms.ts';
import { takeUsageSample, usageBetween } from '../measure/usage-window.ts';
import type { Measurement } from '../report/measurement.ts';
import type { Side } from '../sides/side.ts';
import { checkNothingLeft } from './check-nothing-left.ts';
import { countOpenAttempts, openOneServerStage, processesOf, readProgress, waitForProgress } from './stage.ts';
import type { OneServerStage } from './stage.ts';
import { runLoop } from './throughput.ts';

export interface SuspendedOptions {
  readonly invocations: number;
  readonly folder: string;
}

const connections = 32;
const submitWithinMs = 120_000;
const suspendWithinMs = 120_000;
const resumeWithinMs = 120_000;
const pollMs = 50;
// Both processes have worked before memory is looked at, or it would show how they warm up.
const warmUpMs = 2_000;
const calmMs = 2_000;

export async function measureSuspended(
  side: Side,
  { invocations, folder }: SuspendedOptions,
): Promise<Omit<Measurement, 'round'>> {
  await using stage = await openOneServerStage(side, folder);
  const { server, load } = stage;
  const processes = processesOf(stage, server);
  await runLoop(stage, server, { workload: 'W2', concurrency: connections, warmUpMs, windowMs: warmUpMs });
  await pause(calmMs);

  const empty = takeUsageSample(processes);
  const submitted = await load.ask('burst', submissions(server.ingressPort, invocations), submitWithinMs);
  const suspendedAtMs = await waitUntilSuspended(stage, invocations);
  await pause(calmMs);
  const full = takeUsageSample(processes);

  const { awakeables } = await readProgress(stage);
  const resolved = await load.ask('burst', resolutions(server.ingressPort, awakeables), resumeWithinMs);
  const done = await waitForProgress(
    stage,
    `all ${invocations} are resumed`,
    resumeWithinMs,
    ({ completed }) => completed === invocations,
  );
  const after = takeUsageSample(processes);
  await checkNothingLeft(server);

  const waiting = usageBetween(empty, full);
  const resuming = usageBetween(full, after);
  return {
    workload: 'W4',
    concurrency: undefined,
    side: side.name,
    values: {
      submitsPerSecond: invocations / ((submitted.endedAtMs - submitted.startedAtMs) / 1000),
      suspendedAfterS: (suspendedAtMs - submitted.startedAtMs) / 1000,
      serverKibEach: waiting.serverGrownBytes / 1024 / invocations,
      serviceKibEach: waiting.serviceGrownBytes / 1024 / invocations,
      resumedS: (done.lastCompletedAtMs - resolved.startedAtMs) / 1000,
      serverCpuS: resuming.serverCpuMs / 1000,
      serviceCpuS: resuming.serviceCpuMs / 1000,
      othersCores: resuming.othersCores,
    },
  };
}

function submissions(port: number, count: number): Burst {
  const requests = Array.from({ length: count }, (_, index) => ({ path: '/Work/approval/send', body: String(index) }));
  return { port, connections, requests };
}

function resolutions(port: number, awakeables: readonly string[]): Burst {
  const requests = awakeables.map((id) => ({ path: `/restate/awakeables/${id}/resolve`, body: 'true' }));
  return { port, connections, requests };
}

/** Returns when it was seen that all have begun to wait and no attempt is open any more, on the machine's monotonic clock. */
async function waitUntilSuspended(stage: OneServerStage, invocations: number): Promise<number> {
  const deadline = performance.now() + suspendWithinMs;
  for (;;) {
    const { entered } = await readProgress(stage);
    const openAttempts = await countOpenAttempts(stage);
    if (entered === invocations && openAttempts === 0) return monotonicMs();
    if (performance.now() > deadline) {
      throw new Error(
        `Waited ${suspendWithinMs} ms in vain until ${invocations} are suspended; ` +
          `${entered} wait, and ${openAttempts} attempts are open.`,
      );
    }
    await pause(pollMs);
  }
}
