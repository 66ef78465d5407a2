/** W7: many calls wait for one key of an object. They run one at a time, so this is the latency of a key's hand-over. */
import { takeUsageSample, usageBetween } from '../measure/usage-window.ts';
import type { Measurement } from '../report/measurement.ts';
import type { Side } from '../sides/side.ts';
import { checkNothingLeft } from './check-nothing-left.ts';
import { openGate, openOneServerStage, processesOf, waitForProgress } from './stage.ts';

export interface KeyQueueOptions {
  readonly calls: number;
  readonly folder: string;
}

const connections = 32;
const submitWithinMs = 60_000;
const enterWithinMs = 20_000;
const drainWithinMs = 120_000;

export async function measureKeyQueue(
  side: Side,
  { calls, folder }: KeyQueueOptions,
): Promise<Omit<Measurement, 'round'>> {
  await using stage = await openOneServerStage(side, folder);
  const { server, load } = stage;
  const port = server.ingressPort;
  const hold = { path: '/Counter/one/hold/send', body: 'null' };
  await load.ask('burst', { port, connections: 1, requests: [hold] }, submitWithinMs);
  await waitForProgress(stage, 'the key is held', enterWithinMs, ({ entered }) => entered === 1);
  const requests = Array.from({ length: calls }, () => ({ path: '/Counter/one/add/send', body: '1' }));
  const submitted = await load.ask('burst', { port, connections, requests }, submitWithinMs);

  const processes = processesOf(stage, server);
  const before = takeUsageSample(processes);
  await openGate(stage);
  const done = await waitForProgress(
    stage,
    `all ${calls} calls have run`,
    drainWithinMs,
    ({ completed }) => completed === calls,
  );
  const usage = usageBetween(before, takeUsageSample(processes));
  await checkNothingLeft(server);

  return {
    workload: 'W7',
    concurrency: undefined,
    side: side.name,
    values: {
      submitsPerSecond: calls / ((submitted.endedAtMs - submitted.startedAtMs) / 1000),
      operationsPerSecond: calls / ((done.lastCompletedAtMs - before.atMs) / 1000),
      serverCpuMs: usage.serverCpuMs / calls,
      serviceCpuMs: usage.serviceCpuMs / calls,
      othersCores: usage.othersCores,
    },
  };
}
