import { deploymentIdFromFingerprint } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { InboundBudget } from './inbound-budget.ts';

const one = deploymentIdFromFingerprint(new Uint8Array(16).fill(1));
const two = deploymentIdFromFingerprint(new Uint8Array(16).fill(2));

test('a deployment alone may have half of all', () => {
  const budget = new InboundBudget(100);

  budget.add(one, 50);
  expect(budget.isExceededBy(one)).toBe(false);
  budget.add(one, 1);
  expect(budget.isExceededBy(one)).toBe(true);
});

test('one that has too much leaves room to another', () => {
  const budget = new InboundBudget(100);
  budget.add(one, 60);

  budget.add(two, 20);

  expect([budget.isExceededBy(one), budget.isExceededBy(two)]).toEqual([true, false]);
});

test('what is given back is free again', () => {
  const budget = new InboundBudget(100);
  budget.add(one, 60);
  budget.add(two, 10);

  budget.add(one, -60);

  expect(budget.held).toBe(10);
  expect(budget.isExceededBy(one)).toBe(false);
});
