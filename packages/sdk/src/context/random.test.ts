import { expect, test } from 'vitest';
import { SeededRandom } from './random.ts';

test('a seed gives the numbers that the published SDK gives', () => {
  const random = new SeededRandom(12345n);

  expect(random.uuidv4()).toBe('68a5f8de-828a-448d-a002-677953f97734');
  expect(random.random()).toBe(0.33239598359470535);
});
