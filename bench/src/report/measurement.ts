import type { SideName } from '../sides/side.ts';
import type { MetricName } from './metric.ts';

export type WorkloadName = 'W1' | 'W2' | 'W3' | 'W4' | 'W5' | 'W6' | 'W7' | 'idle';

/** What one run of a workload showed for one side. */
export interface Measurement {
  readonly workload: WorkloadName;
  /** Connections of the load; undefined where the workload has only one way to run. */
  readonly concurrency: number | undefined;
  readonly side: SideName;
  /** Counted from 0. Measurements of one round belong together: they were taken right after one another. */
  readonly round: number;
  readonly values: Readonly<Partial<Record<MetricName, number>>>;
}
