import { formatNumber } from './format-number.ts';
import type { Measurement } from './measurement.ts';
import { metrics } from './metric.ts';
import type { MetricName } from './metric.ts';

/** A line for whoever watches. */
export function formatMeasurement({ workload, concurrency, side, values }: Measurement): string {
  const cell = concurrency === undefined ? workload : `${workload} c=${concurrency}`;
  const figures = Object.entries(values).map(
    // The keys of the values are metrics.
    ([name, value]) => `${metrics[name as MetricName].title} ${formatNumber(value)}`,
  );
  return `  ${cell.padEnd(9)} ${side.padEnd(10)} ${figures.join(' · ')}`;
}
