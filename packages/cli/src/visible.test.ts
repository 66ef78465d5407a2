import { expect, test } from 'vitest';
import { sentence, visible, visibleJson, visibleLines } from './visible.ts';

test('text of others cannot move the cursor, paint the terminal or run backwards', () => {
  expect(visible('a\u001b[2Jb\u009b1mc\u007fd\r\n\te\u202ef')).toBe('a\\u001b[2Jb\\u009b1mc\\u007fd\\r\\n\\te\\u202ef');
});

test('letters of all languages stay as they are', () => {
  expect(visible('żółć 注文 🙂 é')).toBe('żółć 注文 🙂 é');
});

test('text of several lines keeps its lines and nothing else', () => {
  expect(visibleLines('one\r\ntwo\u0007\nthree')).toBe('one\ntwo\\u0007\nthree');
});

test('a sentence escapes its values and not itself', () => {
  expect(sentence`Removed ${'dp\n1'}.\nNext: ${2}`).toBe('Removed dp\\n1.\nNext: 2');
});

test('JSON for a terminal is still the same JSON', () => {
  const value = { name: 'a\u009b\u2028\u202e\n"\\' };

  expect(JSON.parse(visibleJson(value))).toEqual(value);
  expect(visibleJson(value)).toBe('{"name":"a\\u009b\\u2028\\u202e\\n\\"\\\\"}');
});
