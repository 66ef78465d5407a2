/** Everything that is measured, with how it is shown. "Per operation" where the title says "/op". */
export interface Metric {
  readonly title: string;
  readonly better: 'higher' | 'lower' | 'neither';
}

export const metrics = {
  operationsPerSecond: { title: 'ops/s', better: 'higher' },
  p50Ms: { title: 'p50 ms', better: 'lower' },
  p99Ms: { title: 'p99 ms', better: 'lower' },
  serverCpuMs: { title: 'server CPU ms/op', better: 'lower' },
  serviceCpuMs: { title: 'service CPU ms/op', better: 'lower' },
  writtenKib: { title: 'KiB dirtied/op', better: 'lower' },
  syncs: { title: 'syncs/op', better: 'lower' },
  serverMib: { title: 'server RSS MiB', better: 'lower' },
  serviceMib: { title: 'service RSS MiB', better: 'neither' },
  submitsPerSecond: { title: 'submits/s', better: 'higher' },
  suspendedAfterS: { title: 'all suspended after s', better: 'lower' },
  serverKibEach: { title: 'server KiB each', better: 'lower' },
  serviceKibEach: { title: 'service KiB each', better: 'lower' },
  resumedS: { title: 'all resumed s', better: 'lower' },
  serverCpuS: { title: 'server CPU s', better: 'lower' },
  serviceCpuS: { title: 'service CPU s', better: 'lower' },
  healthyMs: { title: 'healthy ms', better: 'lower' },
  firstDoneMs: { title: 'first done ms', better: 'lower' },
  allDoneMs: { title: 'all done ms', better: 'lower' },
  stepsPerSecond: { title: 'steps/s', better: 'higher' },
  resumeMs: { title: 'resolve to answer ms', better: 'lower' },
  startMs: { title: 'start to healthy ms', better: 'lower' },
  idleCores: { title: 'idle cores', better: 'lower' },
  wakeUpsPerSecond: { title: 'wake-ups/s', better: 'lower' },
  othersCores: { title: 'others, cores', better: 'neither' },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;
