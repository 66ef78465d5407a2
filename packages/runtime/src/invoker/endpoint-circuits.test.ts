import { expect, test } from 'vitest';
import { otherDeploymentId } from './attempt-scene.ts';
import type { Reaching } from './endpoint-circuits.ts';
import { EndpointCircuits } from './endpoint-circuits.ts';
import { ManualClock } from './manual-clock.ts';

test('an endpoint that is gone again soon after it came back is probed as soon as the first time', async () => {
  const clock = new ManualClock();
  let woken = 0;
  const circuits = new EndpointCircuits({
    clock,
    random: () => 0,
    countWaiting: () => 1,
    onWake: () => void (woken += 1),
  });
  const tryInVain = (): void => {
    const attempt: Reaching = { deployment: otherDeploymentId, connected: false };
    circuits.started(attempt);
    const failure = { kind: 'unreachable', message: 'could not be reached.' } as const;
    circuits.failed(attempt, { failure, openedAt: clock.now() });
    circuits.ended(attempt);
  };
  // The next probe is as far away as it gets.
  for (let probe = 0; probe < 7; probe += 1) {
    tryInVain();
    await clock.advance(9_000);
  }
  tryInVain();

  // Streams of before have answers, as many as close it.
  const earlier: Reaching = { deployment: otherDeploymentId, connected: true };
  for (let answers = 0; !circuits.isClosed(otherDeploymentId) && answers < 200; answers += 1) circuits.reached(earlier);
  expect(circuits.isClosed(otherDeploymentId)).toBe(true);
  tryInVain();
  woken = 0;
  await clock.advance(250);

  expect(woken).toBe(1);
});
