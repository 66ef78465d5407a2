import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

test.each([
  ['0', 0],
  ['700ms', 700],
  ['60 sec', 60_000],
  ['1s', 1_000],
  ['1h 30m', 5_400_000],
  ['2 days', 172_800_000],
  ['1.5s', 1_500],
  ['1500us', 2],
  ['PT0.5S', 500],
  ['PT1H', 3_600_000],
  ['P1DT2H', 93_600_000],
  ['P2W', 1_209_600_000],
  ['pt10s', 10_000],
])('the duration %s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  '',
  'soon',
  '5',
  '-1s',
  '1s2',
  's',
  'P',
  'PT',
  'P1M',
  'P1Y',
  '1 fortnight',
  '1s;drop',
  `${'9'.repeat(30)}d`,
  'NaNs',
  '1e9s',
])('the text %j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [0, '0s'],
  [500, '500ms'],
  [60_000, '1m'],
  [90_061_000, '1d 1h'],
])('%d ms are written %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('a duration that was written is read again', () => {
  for (const ms of [1, 999, 1_000, 61_000, 3_600_000, 86_400_000]) expect(parseDuration(formatDuration(ms))).toBe(ms);
});
