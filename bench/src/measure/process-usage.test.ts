import { expect, test } from 'vitest';
import { parseMachineTime } from './machine-time.ts';
import { parseCpuMs } from './process-usage.ts';
import { parseSyncCount } from './sync-count.ts';

const stat = '42 (a) b (c)) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 7 3 20 0 11 0 1000 1 2 3';

test('the CPU time of a process is read past a name that looks like fields', () => {
  expect(parseCpuMs(stat, { withEndedChildren: false })).toBe(3_000);
});

test('children that have ended count with their parent when asked for', () => {
  expect(parseCpuMs(stat, { withEndedChildren: true })).toBe(3_100);
});

test('waiting for a disk and being idle are not busy, and stolen time is told apart', () => {
  const time = parseMachineTime('cpu  100 10 50 9000 800 5 5 20 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n');

  expect(time).toEqual({ busyMs: 1_700, stolenMs: 200 });
});

test('syncs are the calls of all kinds of sync together', () => {
  const table = [
    '% time     seconds  usecs/call     calls    errors syscall',
    '------ ----------- ----------- --------- --------- ----------------',
    ' 99.00    0.100000         100       900         1 fdatasync',
    '  1.00    0.001000         100        12           fsync',
    '------ ----------- ----------- --------- --------- ----------------',
    '100.00    0.101000         110       912         1 total',
  ].join('\n');

  expect(parseSyncCount(table)).toBe(912);
});
