import { array, assert, constantFrom, integer, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { type DeploymentId, deploymentIdFromFingerprint, type InvocationId } from '@holdfast/protocol';
import type { StartAttempt } from '../engine/effect.ts';
import { AttemptScene, invocationNumber } from './attempt-scene.ts';
import { AttemptQueue } from './attempt-queue.ts';

const template = new AttemptScene().order();
const deployments = [1, 2, 3].map((number) => deploymentIdFromFingerprint(new Uint8Array(16).fill(number)));

function orderOf(invocation: number, deployment = 0, epoch = 1): StartAttempt {
  const pin = { ...template.pin, deployment: deploymentOf(deployment) };
  return { ...template, invocation: invocationNumber(invocation), epoch, pin };
}

function deploymentOf(number: number): DeploymentId {
  const found = deployments[number];
  if (found === undefined) throw new Error(`There is no deployment ${number}.`);
  return found;
}

function takeAll(queue: AttemptQueue): InvocationId[] {
  const taken: InvocationId[] = [];
  for (;;) {
    const order = queue.take(() => 'start');
    if (order === undefined) return taken;
    taken.push(order.invocation);
  }
}

test('one lane gives what an ordered list with removal would give', () => {
  const act = record({ kind: constantFrom('put', 'remove', 'take'), number: integer({ min: 0, max: 20 }) });
  assert(
    property(array(act, { maxLength: 3_000 }), (acts) => {
      const queue = new AttemptQueue();
      let model: InvocationId[] = [];
      for (const { kind, number } of acts) {
        const invocation = invocationNumber(number);
        if (kind === 'take') {
          expect(queue.take(() => 'start')?.invocation).toBe(model.shift());
        } else if (kind === 'remove') {
          queue.remove(invocation);
          model = model.filter((one) => one !== invocation);
        } else {
          queue.put({ ...template, invocation });
          if (!model.includes(invocation)) model.push(invocation);
        }
        expect(queue.size).toBe(model.length);
      }
    }),
    { numRuns: 50 },
  );
});

test('whatever is put, removed, held and woken, the counts are those of the orders, and every order is given out once', () => {
  const act = record({
    kind: constantFrom('put', 'put', 'remove', 'take', 'hold', 'wake'),
    number: integer({ min: 0, max: 12 }),
    deployment: integer({ min: 0, max: 2 }),
  });
  assert(
    property(array(act, { maxLength: 300 }), (acts) => {
      const queue = new AttemptQueue();
      const model = new Map<InvocationId, number>();
      const held = new Set<number>();
      for (const { kind, number, deployment } of acts) {
        const invocation = invocationNumber(number);
        if (kind === 'put') {
          queue.put(orderOf(number, deployment));
          model.set(invocation, deployment);
        } else if (kind === 'remove') {
          queue.remove(invocation);
          model.delete(invocation);
        } else if (kind === 'take') {
          const order = queue.take(() => 'start');
          expect(order === undefined).toBe([...model.values()].every((one) => held.has(one)));
          if (order !== undefined) {
            expect(order.pin.deployment).toBe(deployments[model.get(order.invocation) ?? 0]);
            model.delete(order.invocation);
          }
        } else if (kind === 'hold') {
          queue.hold(deploymentOf(deployment));
          if (queue.countOf(deploymentOf(deployment)) > 0) held.add(deployment);
        } else {
          queue.wake(deploymentOf(deployment));
          held.delete(deployment);
        }
        // An empty lane is forgotten, and with it that it was held.
        for (const one of held) if (![...model.values()].includes(one)) held.delete(one);
        expect(queue.size).toBe(model.size);
        expect(queue.ready).toBe([...model.values()].filter((one) => !held.has(one)).length);
      }
      for (const one of held) queue.wake(deploymentOf(one));
      expect(takeAll(queue).toSorted()).toEqual([...model.keys()].toSorted());
    }),
    { numRuns: 300 },
  );
});

test('a deployment with one order waits for one order of each other deployment, not for all of them', () => {
  const queue = new AttemptQueue();
  for (const number of [1, 2, 3, 4]) queue.put(orderOf(number, 0));
  queue.put(orderOf(5, 1));
  queue.put(orderOf(6, 2));

  expect(takeAll(queue)).toEqual([1, 5, 6, 2, 3, 4].map(invocationNumber));
});

test('a deployment that is full keeps its turn and its order, and keeps nobody else waiting', () => {
  const queue = new AttemptQueue();
  for (const number of [1, 2]) queue.put(orderOf(number, 0));
  for (const number of [3, 4]) queue.put(orderOf(number, 1));
  const others = [0, 0].map(() => queue.take((deployment) => (deployment === deployments[0] ? 'full' : 'start')));

  expect(others.map((order) => order?.invocation)).toEqual([3, 4].map(invocationNumber));
  expect(queue.take(() => 'full')).toBeUndefined();
  expect(takeAll(queue)).toEqual([1, 2].map(invocationNumber));
});

test('a deployment that is held is not asked about until it is woken', () => {
  const queue = new AttemptQueue();
  queue.put(orderOf(1, 0));
  queue.take(() => 'held');
  queue.put(orderOf(2, 0));
  queue.put(orderOf(3, 1));

  const asked: DeploymentId[] = [];
  queue.take((deployment) => {
    asked.push(deployment);
    return 'start';
  });
  expect(asked).toEqual([deployments[1]]);
  expect([queue.size, queue.ready]).toEqual([2, 0]);
  queue.wake(deploymentOf(0));

  expect(takeAll(queue)).toEqual([1, 2].map(invocationNumber));
});

test('an order that goes to another deployment leaves the lane of the first', () => {
  const queue = new AttemptQueue();
  queue.put(orderOf(1, 0));
  queue.put(orderOf(1, 1, 2));

  expect(queue.countOf(deploymentOf(0))).toBe(0);
  expect(queue.take(() => 'start')).toEqual(orderOf(1, 1, 2));
  expect(queue.size).toBe(0);
});
