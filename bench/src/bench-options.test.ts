import { expect, test } from 'vitest';
import { parseBenchOptions } from './bench-options.ts';

test('without options everything is measured, in three rounds', () => {
  const options = parseBenchOptions([]);

  expect(options).toMatchObject({
    rounds: 3,
    windowMs: 8_000,
    concurrencies: [1, 32, 256],
    withRestate: true,
    withSyncs: true,
  });
  expect(options.workloads).toEqual(['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'idle']);
});

test('a choice of workloads leaves the others out', () => {
  const options = parseBenchOptions(['--only', 'W3, W1', '--quick', '--seconds', '5', '--skip-restate']);

  expect(options).toMatchObject({
    workloads: ['W1', 'W3'],
    rounds: 1,
    windowMs: 5_000,
    withRestate: false,
    withSyncs: false,
  });
});

test('a workload that does not exist is refused by name', () => {
  expect(() => parseBenchOptions(['--only', 'W8'])).toThrow('W8');
});
