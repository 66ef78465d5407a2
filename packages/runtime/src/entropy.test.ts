import { expect, test } from 'vitest';
import { createEntropy } from './entropy.ts';

test('bytes that were drawn are never drawn again, nor changed', () => {
  const draw = createEntropy();

  const drawn = Array.from({ length: 2_000 }, () => draw(24));
  const texts = drawn.map((bytes) => Buffer.from(bytes).toString('hex'));
  draw(100_000);

  expect(new Set(texts).size).toBe(2_000);
  expect(drawn.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(texts);
});

test('more bytes than are kept in advance can be drawn', () => {
  expect(createEntropy()(100_000)).toHaveLength(100_000);
});
