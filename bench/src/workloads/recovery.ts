/** W5: the server is killed while many invocations are in the middle of a step, and started again. */
import { setTimeout as pause } from 'node:timers/promises';
import { monotonicMs } from '../measure/monotonic-ms.ts';
import { takeUsageSample, usageBetween } from '../measure/usage-window.ts';
import type { Measurement } from '../report/measurement.ts';
import type { Side } from '../sides/side.ts';
import { checkNothingLeft } from './check-nothing-left.ts';
import { openGate, openOneServerStage, processesOf, readProgress, waitForProgress } from './stage.ts';
import type { OneServerStage } from './stage.ts';

export interface RecoveryOptions {
  readonly invocations: number;
  readonly folder: string;
}

const connections = 32;
const submitWithinMs = 60_000;
const recoverWithinMs = 120_000;
// Servers limit how many run at once (both 1,000 by default); the rest is accepted and waits. When nothing new has begun for this
// long, everything is where it will be.
const calmMs = 1_000;
const calmWithinMs = 60_000;

export async function measureRecovery(
  side: Side,
  { invocations, folder }: RecoveryOptions,
): Promise<Omit<Measurement, 'round'>> {
  await using stage = await openOneServerStage(side, folder);
  const { server, load } = stage;
  const requests = Array.from({ length: invocations }, (_, index) => ({
    path: '/Work/held/send',
    body: String(index),
  }));
  await load.ask('burst', { port: server.ingressPort, connections, requests }, submitWithinMs);
  await waitUntilCalm(stage);

  await server.kill();
  // From now on the step that was interrupted can end; a new attempt must run it again, because nothing of it was recorded.
  await openGate(stage);
  const killedAtMs = monotonicMs();
  await server.startAgain();
  const processes = processesOf(stage, server);
  const healthy = takeUsageSample(processes);
  const done = await waitForProgress(
    stage,
    `all ${invocations} are done`,
    recoverWithinMs,
    ({ completed }) => completed === invocations,
  );
  const recovering = usageBetween(healthy, takeUsageSample(processes));
  await checkNothingLeft(server);

  return {
    workload: 'W5',
    concurrency: undefined,
    side: side.name,
    values: {
      healthyMs: server.healthyAfterMs,
      firstDoneMs: done.firstCompletedAtMs - killedAtMs,
      allDoneMs: done.lastCompletedAtMs - killedAtMs,
      // The process is new: everything it has used, it used for this.
      serverCpuS: takeUsageSample(processes).server.cpuMs / 1000,
      serviceCpuS: recovering.serviceCpuMs / 1000,
      othersCores: recovering.othersCores,
    },
  };
}

async function waitUntilCalm(stage: OneServerStage): Promise<void> {
  const deadline = performance.now() + calmWithinMs;
  let before = -1;
  let { entered } = await readProgress(stage);
  while (entered !== before) {
    if (performance.now() > deadline) throw new Error(`After ${calmWithinMs} ms invocations still begin.`);
    before = entered;
    await pause(calmMs);
    ({ entered } = await readProgress(stage));
  }
}
