import { median } from './median.ts';
import type { Measurement, WorkloadName } from './measurement.ts';
import type { MetricName } from './metric.ts';
import { metrics } from './metric.ts';
import type { SideName } from '../sides/side.ts';

/** A figure over the rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: readonly number[];
}

/** One workload at one concurrency on one side, over all rounds. */
export interface Result {
  readonly workload: WorkloadName;
  readonly concurrency: number | undefined;
  readonly side: SideName;
  readonly values: Readonly<Partial<Record<MetricName, Spread>>>;
  /** Median of this side's value over the rival's, round by round, so that what disturbs a whole round cancels out. */
  readonly ratios: Readonly<Partial<Record<SideName, Readonly<Partial<Record<MetricName, number>>>>>>;
}

const metricNames = Object.keys(metrics) as MetricName[]; // the keys of the table are the names

export function toResults(measurements: readonly Measurement[]): readonly Result[] {
  const groups = Map.groupBy(measurements, cellOf);
  return [...groups.values()].flatMap((cell) => {
    const sides = Map.groupBy(cell, ({ side }) => side);
    return [...sides].map(([side, own]) => toResult(side, own, sides));
  });
}

function cellOf({ workload, concurrency }: Measurement): string {
  return `${workload} ${concurrency ?? ''}`;
}

function toResult(
  side: SideName,
  own: readonly Measurement[],
  sides: ReadonlyMap<SideName, readonly Measurement[]>,
): Result {
  const [first] = own;
  if (first === undefined) throw new Error('A side without measurements has no result.');
  const values: Partial<Record<MetricName, Spread>> = {};
  for (const name of metricNames) {
    const rounds = own.flatMap(({ values }) => values[name] ?? []);
    if (rounds.length === 0) continue;
    values[name] = { median: median(rounds), min: Math.min(...rounds), max: Math.max(...rounds), rounds };
  }
  const ratios: Partial<Record<SideName, Partial<Record<MetricName, number>>>> = {};
  for (const [rival, theirs] of sides) if (rival !== side) ratios[rival] = ratiosOf(own, theirs);
  return { workload: first.workload, concurrency: first.concurrency, side, values, ratios };
}

function ratiosOf(own: readonly Measurement[], theirs: readonly Measurement[]): Partial<Record<MetricName, number>> {
  const ratios: Partial<Record<MetricName, number>> = {};
  for (const name of metricNames) {
    if (metrics[name].better === 'neither') continue;
    const pairs = own.flatMap(({ round, values }) => {
      const mine = values[name];
      const rival = theirs.find((one) => one.round === round && one.values[name] !== undefined)?.values[name];
      // A difference of nothing has no ratio: an idle server may use no time at all in a window.
      return mine === undefined || rival === undefined || rival <= 0 ? [] : [mine / rival];
    });
    if (pairs.length > 0) ratios[name] = median(pairs);
  }
  return ratios;
}
