/** The corruption catalogue: what is wrong and silent elsewhere is prevented or loud here, in one run on both. */
import { isAsExpected, runCatalogue } from '@holdfast-internal/catalogue';
import type { CatalogueRow } from '@holdfast-internal/catalogue';
import { beforeAll, expect, test } from 'vitest';

let rows: readonly CatalogueRow[] = [];

beforeAll(async () => {
  rows = await runCatalogue({ targets: ['holdfast', 'restate'] });
}, 240_000);

test('the scenarios that need no SDK of ours are all played', () => {
  expect(rows.map((row) => row.id)).toEqual(['C6', 'C7', 'C10', 'C11', 'C13', 'C14']);
});

test('none of them is silent or misleading on Holdfast', () => {
  expect(rows.filter((row) => !isHonest(row)).map((row) => row.results.holdfast)).toEqual([]);
});

test('both runtimes do what the catalogue says of them', () => {
  const surprises = rows.flatMap((row) => Object.values(row.results).filter((result) => !isAsExpected(result)));

  expect(surprises).toEqual([]);
});

function isHonest(row: CatalogueRow): boolean {
  const result = row.results.holdfast;
  return result?.kind === 'played' && (result.outcome === 'prevented' || result.outcome === 'loud');
}
