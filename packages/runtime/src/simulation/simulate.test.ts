import { describe, expect, test } from 'vitest';
import { huntMutant } from './hunt-mutants.ts';
import { mutants } from './mutant.ts';
import { simulate } from './simulate.ts';

/** Seeds that broke a promise once. Each stays here for good. */
const regressions = [
  1, 2, 3, 540612109, 618473720, 759821469, 857534271, 1125320340, 1260543025, 1629567622, 1695101682,
];

test.each(regressions)('every promise holds in the world of seed %i', { timeout: 60_000 }, async (seed) => {
  expect((await simulate(seed)).violations).toEqual([]);
});

test('the same seed lives the same life', { timeout: 60_000 }, async () => {
  const [first, second] = [await simulate(20_261_124), await simulate(20_261_124)];

  expect(second).toEqual(first);
  expect((await simulate(20_261_125)).hash).not.toBe(first.hash);
});

describe('a bug in the source is found within a minute:', () => {
  test.each(mutants)('$name', { timeout: 90_000 }, async (mutant) => {
    expect(await huntMutant(mutant, 1)).toMatchObject({ found: true });
  });
});
