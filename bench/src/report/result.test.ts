import { expect, test } from 'vitest';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';
import { percentile } from './percentile.ts';
import { toResults } from './result.ts';

function measured(side: Measurement['side'], round: number, operationsPerSecond: number): Measurement {
  return { workload: 'W1', concurrency: 32, side, round, values: { operationsPerSecond } };
}

test('a ratio compares within each round, so that a slow round is slow for both', () => {
  const results = toResults([
    measured('holdfast', 0, 1000),
    measured('restate', 0, 500),
    measured('restate', 1, 50),
    measured('holdfast', 1, 100),
    measured('holdfast', 2, 900),
    measured('restate', 2, 300),
  ]);

  const holdfast = results.find(({ side }) => side === 'holdfast');
  expect(holdfast?.ratios.restate?.operationsPerSecond).toBe(2);
  expect(holdfast?.values.operationsPerSecond).toEqual({ median: 900, min: 100, max: 1000, rounds: [1000, 100, 900] });
});

test('nothing is a multiple of zero', () => {
  const [first] = toResults([measured('holdfast', 0, 1), measured('restate', 0, 0)]);

  expect(first?.ratios.restate).toEqual({});
});

test('a percentile is a value that was measured', () => {
  const sorted = Float64Array.from({ length: 100 }, (_, index) => index + 1);

  expect([50, 99, 100].map((percent) => percentile(sorted, percent))).toEqual([50, 99, 100]);
  expect(percentile(Float64Array.of(7), 99)).toBe(7);
});

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
});
