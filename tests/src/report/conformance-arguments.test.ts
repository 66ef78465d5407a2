import { expect, test } from 'vitest';
import { parseConformanceArguments } from './conformance-arguments.ts';

test('without arguments the suite runs against Holdfast in the default configuration', () => {
  expect(parseConformanceArguments([])).toEqual({
    target: 'holdfast',
    configurations: ['default'],
    atOnce: 1,
    outputFile: undefined,
    isWhole: false,
    rest: [],
  });
});

test('all configurations are whole unless Vitest is asked for a part', () => {
  expect(parseConformanceArguments(['--all-configurations'])?.isWhole).toBe(true);
  expect(parseConformanceArguments(['--all-configurations', '--reporter=json'])?.isWhole).toBe(true);
  expect(parseConformanceArguments(['--all-configurations', '-t', 'signal'])?.isWhole).toBe(false);
});

test('several configurations are chosen by name', () => {
  const chosen = parseConformanceArguments(['--target', 'restate', '--configuration', 'v5', '--configuration', 'v7']);

  expect(chosen).toMatchObject({ target: 'restate', configurations: ['v5', 'v7'] });
});

test('unknown names and numbers are refused', () => {
  expect(parseConformanceArguments(['--target', 'nowhere'])).toBeUndefined();
  expect(parseConformanceArguments(['--configuration', 'v4'])).toBeUndefined();
  expect(parseConformanceArguments(['--at-once', 'none'])).toBeUndefined();
});
