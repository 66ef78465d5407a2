import { expect, test } from 'vitest';
import { invocationContentType, negotiateProtocolVersion, parseInvocationContentType } from './index.ts';

test.each([
  [5, 5, 5, 7, 5],
  [5, 7, 5, 6, 6],
  [5, 7, 5, 7, 7],
  [5, 9, 5, 7, 7],
  [1, 6, 5, 7, 6],
  [7, 7, 5, 7, 7],
])('a deployment of %i to %i and a runtime of %i to %i speak %i', (min, max, runtimeMin, runtimeMax, version) => {
  expect(negotiateProtocolVersion({ min, max }, { min: runtimeMin, max: runtimeMax })).toBe(version);
});

test.each([
  [7, 7, 5, 6],
  [1, 4, 5, 7],
  [8, 9, 5, 7],
])('a deployment of %i to %i and a runtime of %i to %i have no common version', (min, max, runtimeMin, runtimeMax) => {
  expect(negotiateProtocolVersion({ min, max }, { min: runtimeMin, max: runtimeMax })).toBeUndefined();
});

test('a content type names its version exactly', () => {
  expect(invocationContentType(6)).toBe('application/vnd.restate.invocation.v6');
  for (const version of [5, 6, 7] as const)
    expect(parseInvocationContentType(invocationContentType(version))).toBe(version);
  for (const other of [
    'application/vnd.restate.invocation.v4',
    'application/vnd.restate.invocation.v8',
    'application/vnd.restate.invocation.v',
    'application/vnd.restate.invocation.v6; charset=utf-8',
    'application/json',
  ]) {
    expect(parseInvocationContentType(other)).toBeUndefined();
  }
});
