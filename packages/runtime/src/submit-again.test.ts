import { expect, test } from 'vitest';
import { invocationIdFromBytes } from '@holdfast/protocol';
import type { Clock } from './clock.ts';
import { PartitionUnavailable } from './partition/port.ts';
import type { PartitionPort } from './partition/port.ts';
import { submitAgain } from './submit-again.ts';

test('pauses between tries grow, and nobody who waited for the same partition comes back at the same moment', async () => {
  const pauses: number[] = [];
  const clock: Clock = {
    now: () => 0,
    wall: () => 0,
    setTimer: (delayMs, callback) => {
      pauses.push(delayMs);
      queueMicrotask(callback);
      return { cancel: () => undefined };
    },
  };
  const partition: PartitionPort = {
    submit: () => Promise.reject(new PartitionUnavailable('OUTCOME_UNKNOWN', 'restarting')),
    onCompleted: () => () => undefined,
  };
  const ask = { kind: 'describe', invocation: invocationIdFromBytes(new Uint8Array(24)) } as const;
  const tries = Array.from({ length: 20 }, () => submitAgain(partition, ask, clock).catch(() => undefined));
  await Promise.all(tries);

  for (const plannedMs of [50, 100, 200, 800, 2_000]) {
    const taken = pauses.filter((pause) => pause >= plannedMs && pause < plannedMs * 1.3);
    expect(new Set(taken).size).toBe(20);
  }
  expect(pauses).toHaveLength(100);
});
