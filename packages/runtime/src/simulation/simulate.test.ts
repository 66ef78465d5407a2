import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { applyMutant } from './apply-mutant.ts';
import { huntMutant } from './hunt-mutants.ts';
import { mutants } from './mutant.ts';
import { simulate } from './simulate.ts';

/** Worlds with one, two and three partitions, all protocol versions, short and long retention. Seeds that broke a promise join them. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

test.each(seeds)('every promise holds in the world of seed %i', { timeout: 60_000 }, async (seed) => {
  expect((await simulate(seed)).violations).toEqual([]);
});

test('the same seed lives the same life', { timeout: 60_000 }, async () => {
  const [first, second] = [await simulate(20_261_124), await simulate(20_261_124)];

  expect(second).toEqual(first);
  expect((await simulate(20_261_125)).hash).not.toBe(first.hash);
});

/** Those that the design names; `npm run simulate -- --mutants` hunts all. */
const named = [
  'a durable commit resolves before the sync',
  'the epoch of an attempt is not checked',
  'a signal is appended twice',
  'an outbox row is not written',
  'a load overwrites what was written meanwhile',
];

test.each(mutants)('the source still has the line that a mutant changes: $name', (mutant) => {
  const source = readFileSync(fileURLToPath(new URL(`../${mutant.file}`, import.meta.url)), 'utf8');

  expect(applyMutant(mutant, source)).not.toBe(source);
});

describe('a bug in the source is found within a minute:', () => {
  test.each(mutants.filter((mutant) => named.includes(mutant.name)))('$name', { timeout: 90_000 }, async (mutant) => {
    expect(await huntMutant(mutant, 1)).toMatchObject({ found: true });
  });

  test('every name of the list is the name of a mutant', () => {
    expect(mutants.map((mutant) => mutant.name)).toEqual(expect.arrayContaining(named));
  });
});
