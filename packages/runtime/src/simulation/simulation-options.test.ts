import { expect, test } from 'vitest';
import { parseSimulationOptions } from './simulation-options.ts';

test('without options a minute of fresh seeds is lived through, up to the first finding', () => {
  expect(parseSimulationOptions([])).toEqual({
    kind: 'campaign',
    minutes: 1,
    seedsMax: Infinity,
    keepGoing: false,
    quiet: false,
  });
});

test('a number of seeds takes the time that it takes', () => {
  expect(parseSimulationOptions(['--seeds', '5', '--keep-going', '--quiet'])).toEqual({
    kind: 'campaign',
    minutes: Infinity,
    seedsMax: 5,
    keepGoing: true,
    quiet: true,
  });
});

test('one seed and the mutants are commands of their own', () => {
  expect(parseSimulationOptions(['--seed', '7', '--trace', '100', '--about', 'inv_1'])).toEqual({
    kind: 'seed',
    seed: 7,
    traceLines: 100,
    about: 'inv_1',
  });
  expect(parseSimulationOptions(['--mutants', '--minutes', '0.5'])).toEqual({
    kind: 'mutants',
    minutes: 0.5,
    named: '',
  });
});

test.each([
  [['--minutes', 'ten'], '--minutes cannot be "ten".'],
  [['--minutes', '0'], '--minutes cannot be "0".'],
  [['--seed', '2147483648'], '--seed cannot be "2147483648".'],
  [['--seeds', '1.5'], '--seeds cannot be "1.5".'],
  [['--seed', ''], '--seed cannot be "".'],
  [['--sead', '1'], "Unknown option '--sead'"],
])('%j is refused', (args, message) => {
  expect(() => parseSimulationOptions(args)).toThrow(message);
});
