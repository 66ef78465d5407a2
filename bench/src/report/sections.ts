import type { WorkloadName } from './measurement.ts';
import type { MetricName } from './metric.ts';

/** A table of the report: workloads that show the same figures. */
export interface Section {
  readonly title: string;
  readonly workloads: readonly WorkloadName[];
  readonly metrics: readonly MetricName[];
}

export const sections: readonly Section[] = [
  {
    title: 'W1 an invocation without steps · W2 three steps of 200 bytes · W3 an agent loop of 50 steps of 1 KiB',
    workloads: ['W1', 'W2', 'W3'],
    metrics: [
      'operationsPerSecond',
      'p50Ms',
      'p99Ms',
      'serverCpuMs',
      'serviceCpuMs',
      'writtenKib',
      'syncs',
      'serverMib',
      'othersCores',
    ],
  },
  {
    title: 'W4 invocations suspended on an awakeable, then all resumed',
    workloads: ['W4'],
    metrics: [
      'submitsPerSecond',
      'suspendedAfterS',
      'serverKibEach',
      'serviceKibEach',
      'resumedS',
      'serverCpuS',
      'serviceCpuS',
      'othersCores',
    ],
  },
  {
    title: 'W5 SIGKILL of the server with work in flight',
    workloads: ['W5'],
    metrics: ['healthyMs', 'firstDoneMs', 'allDoneMs', 'serverCpuS', 'serviceCpuS', 'othersCores'],
  },
  {
    title: 'W6 one invocation with a long journal, resumed',
    workloads: ['W6'],
    metrics: ['stepsPerSecond', 'resumeMs', 'serverCpuS', 'serviceCpuS', 'othersCores'],
  },
  {
    title: 'W7 calls queued on one key',
    workloads: ['W7'],
    metrics: ['submitsPerSecond', 'operationsPerSecond', 'serverCpuMs', 'serviceCpuMs', 'othersCores'],
  },
  {
    title: 'Idle',
    workloads: ['idle'],
    metrics: ['startMs', 'serverMib', 'idleCores', 'wakeUpsPerSecond', 'othersCores'],
  },
];
