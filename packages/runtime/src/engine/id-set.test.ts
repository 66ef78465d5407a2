import { array, assert, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { addId, includesId } from './id-set.ts';
import type { IdSet } from './record.ts';

test('ids that follow each other are one range, whatever order they come in', () => {
  const set = [5, 3, 4, 1, 2].reduce<IdSet>(addId, []);

  expect(set).toEqual([[1, 5]]);
});

test('ids apart are ranges apart', () => {
  expect([9, 1, 5].reduce<IdSet>(addId, [])).toEqual([
    [1, 1],
    [5, 5],
    [9, 9],
  ]);
});

test('an id that is in already changes nothing', () => {
  const set: IdSet = [[1, 3]];

  expect(addId(set, 2)).toBe(set);
});

test('a set of ids holds exactly what was added, as sorted ranges that do not touch', () => {
  assert(
    property(array(nat(60)), (ids) => {
      const set = ids.reduce<IdSet>(addId, []);

      for (let id = 0; id <= 61; id++) expect(includesId(set, id)).toBe(ids.includes(id));
      for (const [index, [first, last]] of set.entries()) {
        expect(first).toBeLessThanOrEqual(last);
        expect(first).toBeGreaterThan((set[index - 1]?.[1] ?? -2) + 1);
      }
    }),
  );
});
