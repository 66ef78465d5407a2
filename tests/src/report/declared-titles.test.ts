import { expect, test } from 'vitest';
import { declaredTitles, isDeclaredAs } from './declared-titles.ts';

const source = `
test('a plain one', async () => {});
describe('a group', () => {
  test("it's quoted", needs('signals'), async () => {});
  test.each([
    ['one', () => call('x')],
  ])('a case (%s) of %i', async () => {});
});
expect(test('not a declaration')).toBe(1);
`;

test('declarations are found in every form, and nothing else', () => {
  expect(declaredTitles(source)).toEqual([
    { title: 'a plain one', repeated: false },
    { title: "it's quoted", repeated: false },
    { title: 'a case (%s) of %i', repeated: true },
  ]);
});

test('a title with places stands for all that fill them', () => {
  const repeated = { title: 'a case (%s) of %i', repeated: true };

  expect(isDeclaredAs('a case (one) of 2', repeated)).toBe(true);
  expect(isDeclaredAs('another case (one) of 2', repeated)).toBe(false);
  expect(isDeclaredAs('a plain one more', { title: 'a plain one', repeated: false })).toBe(false);
});
