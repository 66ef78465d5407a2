/** W1 to W3: the same call in a closed loop, from 1, 32 or 256 connections. */
import type { ClosedLoopResult } from '../load/load-question.ts';
import type { Measurement } from '../report/measurement.ts';
import type { RunningServer } from '../sides/running-server.ts';
import { processesOf } from './stage.ts';
import type { Stage } from './stage.ts';

export type ThroughputWorkload = 'W1' | 'W2' | 'W3';

export const throughputPaths: Readonly<Record<ThroughputWorkload, string>> = {
  W1: '/Work/echo',
  W2: '/Work/steps',
  W3: '/Work/agent',
};

export interface LoopOptions {
  readonly workload: ThroughputWorkload;
  readonly concurrency: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
}

const body = JSON.stringify({ customer: 'c-1042', text: 'Is this transaction fraud?' });
// The loop is bounded by itself; this is for a load process that hangs.
const answerWithinMs = 180_000;

export async function runLoop(stage: Stage, server: RunningServer, options: LoopOptions): Promise<ClosedLoopResult> {
  try {
    return await stage.load.ask(
      'closedLoop',
      {
        port: server.ingressPort,
        path: throughputPaths[options.workload],
        body,
        connections: options.concurrency,
        warmUpMs: options.warmUpMs,
        windowMs: options.windowMs,
        processes: processesOf(stage, server),
      },
      answerWithinMs,
    );
  } catch (error) {
    throw new Error(`${options.workload} failed on ${server.side.title}. It printed:\n${server.lastLines()}`, {
      cause: error,
    });
  }
}

export async function measureThroughput(
  stage: Stage,
  server: RunningServer,
  options: LoopOptions,
): Promise<Omit<Measurement, 'round'>> {
  const { operations, latencyMs, usage } = await runLoop(stage, server, options);
  return {
    workload: options.workload,
    concurrency: options.concurrency,
    side: server.side.name,
    values: {
      operationsPerSecond: operations / (usage.elapsedMs / 1000),
      p50Ms: latencyMs.p50,
      p99Ms: latencyMs.p99,
      serverCpuMs: usage.serverCpuMs / operations,
      serviceCpuMs: usage.serviceCpuMs / operations,
      writtenKib: usage.serverWrittenBytes / 1024 / operations,
      serverMib: usage.serverResidentBytes / 1024 ** 2,
      serviceMib: usage.serviceResidentBytes / 1024 ** 2,
      othersCores: usage.othersCores,
    },
  };
}
