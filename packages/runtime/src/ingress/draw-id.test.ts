import { invocationIdToBytes } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { createEntropy } from '../entropy.ts';
import { createDrawId } from './draw-id.ts';

test('ids drawn one after the other differ, and share their partition key for a while', () => {
  const draw = createDrawId(createEntropy());

  const ids = Array.from({ length: 1_280 }, () => draw());

  const partitionKeys = new Set(ids.map((id) => Buffer.from(invocationIdToBytes(id).subarray(0, 8)).toString('hex')));
  expect(new Set(ids).size).toBe(ids.length);
  expect(partitionKeys.size).toBe(10);
});

test('ids of one object key share its partition key, whatever was drawn between', () => {
  const draw = createDrawId(createEntropy());
  const key = { service: 'Agent', key: 'a' };

  const [first, , second] = [draw(key), draw(), draw(key)];

  expect(first).not.toBe(second);
  expect(invocationIdToBytes(first).subarray(0, 8)).toEqual(invocationIdToBytes(second).subarray(0, 8));
});
