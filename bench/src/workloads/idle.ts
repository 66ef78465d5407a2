/** How long an empty server takes to start, and what it uses while nobody calls. */
import { setTimeout as pause } from 'node:timers/promises';
import { takeUsageSample, usageBetween } from '../measure/usage-window.ts';
import type { Measurement } from '../report/measurement.ts';
import type { Side } from '../sides/side.ts';
import { openOneServerStage, processesOf } from './stage.ts';

export interface IdleOptions {
  readonly windowMs: number;
  readonly folder: string;
}

/** What a start sets in motion has come to rest. */
const calmMs = 3_000;

export async function measureIdle(side: Side, { windowMs, folder }: IdleOptions): Promise<Omit<Measurement, 'round'>> {
  await using stage = await openOneServerStage(side, folder);
  const { server } = stage;
  await pause(calmMs);
  const processes = processesOf(stage, server);
  const before = takeUsageSample(processes);
  await pause(windowMs);
  const usage = usageBetween(before, takeUsageSample(processes));
  return {
    workload: 'idle',
    concurrency: undefined,
    side: side.name,
    values: {
      startMs: server.healthyAfterMs,
      serverMib: usage.serverResidentBytes / 1024 ** 2,
      idleCores: usage.serverCpuMs / usage.elapsedMs,
      wakeUpsPerSecond: usage.serverWakeUps / (usage.elapsedMs / 1000),
      othersCores: usage.othersCores,
    },
  };
}
