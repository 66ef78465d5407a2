/** Sets of ids as sorted, disjoint, inclusive ranges; see IdSet. */
import type { IdSet } from './record.ts';

export function includesId(set: IdSet, id: number): boolean {
  // Latest ids are asked for most.
  for (let i = set.length - 1; i >= 0; i--) {
    const [first, last] = set[i] ?? [0, -1];
    if (id > last) return false;
    if (id >= first) return true;
  }
  return false;
}

export function addId(set: IdSet, id: number): IdSet {
  const at = set.findLastIndex(([first]) => first <= id);
  const below = set[at];
  if (below !== undefined && id <= below[1]) return set;
  const above = set[at + 1];
  const joinsBelow = below !== undefined && below[1] === id - 1;
  const joinsAbove = above !== undefined && above[0] === id + 1;
  const merged: readonly [number, number] = [joinsBelow ? below[0] : id, joinsAbove ? above[1] : id];
  return [...set.slice(0, joinsBelow ? at : at + 1), merged, ...set.slice(joinsAbove ? at + 2 : at + 1)];
}
