import { expect, test } from 'vitest';
import type { CatalogueResult, CatalogueRow } from './catalogue.ts';
import { renderTable } from './table.ts';

test('both outcomes of a row stand side by side, each with its evidence, and ids stay whole however narrow it is', () => {
  const table = renderTable([row({ holdfast: prevented, restate: silent })], ['holdfast', 'restate'], 80);

  expect(table.split('\n').slice(2)).toEqual([
    'C6     A running agent calls a tool service.    prevented                                silent wrong',
    '                                                dp_1rtmi5ZpGQQm8PvPZLmsdxS answered.     inv_14ogKJ6Tg5tt53mtyBj60DAogPXYN8wbqn',
    '                                                                                         got v2.',
  ]);
});

test('an outcome that the catalogue does not expect is marked with the one that it does', () => {
  const surprise: CatalogueResult = { ...silent, expected: 'prevented' };

  expect(renderTable([row({ holdfast: surprise })], ['holdfast'], 120)).toContain('silent wrong (expected: prevented)');
});

test('a scenario that could not be played shows the first line of the reason', () => {
  const failed: CatalogueResult = { kind: 'failed', reason: 'Holdfast ended.\nstack', expected: 'prevented' };

  const table = renderTable([row({ holdfast: failed })], ['holdfast'], 120);

  expect(table).toContain('not played');
  expect(table).toContain('Holdfast ended.');
  expect(table).not.toContain('stack');
});

const prevented: CatalogueResult = {
  kind: 'played',
  outcome: 'prevented',
  evidence: 'dp_1rtmi5ZpGQQm8PvPZLmsdxS answered.',
  expected: 'prevented',
};
const silent: CatalogueResult = {
  kind: 'played',
  outcome: 'silent wrong',
  evidence: 'inv_14ogKJ6Tg5tt53mtyBj60DAogPXYN8wbqn got v2.',
  expected: 'silent wrong',
};

function row(results: CatalogueRow['results']): CatalogueRow {
  return { id: 'C6', title: 'A running agent calls a tool service.', results };
}
