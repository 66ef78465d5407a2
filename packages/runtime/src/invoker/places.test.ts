import { expect, test } from 'vitest';
import { type DeploymentId, deploymentIdFromFingerprint } from '@holdfast/protocol';
import { Places } from './places.ts';

function deploymentNumber(number: number): DeploymentId {
  return deploymentIdFromFingerprint(new Uint8Array(16).fill(number));
}

/** Takes places as long as any of the deployments gets one, in turns. */
function takeAllThatIsGiven(places: Places, deployments: readonly DeploymentId[]): readonly number[] {
  const taken = deployments.map(() => 0);
  for (let given = true; given;) {
    given = false;
    for (const [index, deployment] of deployments.entries()) {
      if (!places.mayTake(deployment)) continue;
      places.take(deployment);
      taken[index] = (taken[index] ?? 0) + 1;
      given = true;
    }
  }
  return taken;
}

test('one deployment gets half of all places, and another finds room although none is given back', () => {
  const places = new Places(1_000);

  expect(takeAllThatIsGiven(places, [deploymentNumber(1)])).toEqual([501]);
  expect(takeAllThatIsGiven(places, [deploymentNumber(2)])).toEqual([250]);
});

test('two deployments that want everything at the same time get the same', () => {
  const [first = 0, second = 0] = takeAllThatIsGiven(new Places(1_000), [deploymentNumber(1), deploymentNumber(2)]);

  expect(Math.abs(first - second)).toBeLessThanOrEqual(1);
  expect(first + second).toBeGreaterThan(600);
});

test('eight deployments that hang, one after the other, leave room for a ninth', () => {
  const places = new Places(1_000);
  for (let number = 1; number <= 8; number++) takeAllThatIsGiven(places, [deploymentNumber(number)]);

  expect(takeAllThatIsGiven(places, [deploymentNumber(9)])[0]).toBeGreaterThan(0);
});

test('of one place or two, one deployment alone gets all', () => {
  expect([1, 2].map((max) => takeAllThatIsGiven(new Places(max), [deploymentNumber(1)]))).toEqual([[1], [2]]);
});

test('a place that is given back is there for its deployment and for others', () => {
  const places = new Places(1);
  places.take(deploymentNumber(1));
  expect(places.mayTake(deploymentNumber(2))).toBe(false);

  places.giveBack(deploymentNumber(1));

  expect([1, 2].map((number) => places.mayTake(deploymentNumber(number)))).toEqual([true, true]);
});
