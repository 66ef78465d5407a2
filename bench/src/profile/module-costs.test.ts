import { expect, test } from 'vitest';
import { parseCpuProfile, selfTimes } from './cpu-profile.ts';
import { costsOf } from './module-costs.ts';

const folder = 'file:///anywhere/packages/runtime/dist';

/** Root, idle, a commit that runs a statement in SQLite, and a flush of the invoker that ends in Node's net. */
const nodes = [
  node(1, '(root)', '', [2, 3, 5]),
  node(2, '(idle)', ''),
  node(3, 'commit', `${folder}/store/sqlite/sqlite-store.js`, [4]),
  node(4, 'run', ''),
  node(5, 'flush', `${folder}/invoker/invoker.js`, [6]),
  node(6, 'writeGeneric', 'node:net', [7]),
  node(7, 'writev', ''),
];

function node(id: number, functionName: string, url: string, children: readonly number[] = []): unknown {
  return { id, callFrame: { functionName, url, lineNumber: 0 }, children };
}

function profileOf(samples: readonly number[]): ReturnType<typeof parseCpuProfile> {
  const timeDeltas = samples.map(() => 100);
  return parseCpuProfile(JSON.stringify({ nodes, startTime: 0, samples, timeDeltas }));
}

test('native code costs whoever called it, SQLite itself, and idling nobody', () => {
  const { modules, totalUs } = costsOf(selfTimes(profileOf([3, 4, 4, 2, 5, 6, 7, 2]), 0, 1_000), 1);

  expect(Object.fromEntries(modules.map(({ module, selfUs }) => [module, selfUs]))).toEqual({
    store: 100,
    sqlite: 200,
    invoker: 100,
    'node net': 200,
  });
  expect(totalUs).toBe(600);
});

test('what is not ours is also counted for the folder that it worked for', () => {
  const { modules } = costsOf(selfTimes(profileOf([3, 4, 4, 2, 5, 6, 7, 2]), 0, 1_000), 2);

  expect(modules.find(({ module }) => module === 'store')?.withInternalsUs).toBe(150);
  expect(modules.find(({ module }) => module === 'invoker')?.withInternalsUs).toBe(150);
});

test('only samples within the window count', () => {
  const times = selfTimes(profileOf([3, 3, 3, 5, 5, 2]), 0.35, 0.45);

  expect(times.map(({ frame, selfUs }) => [frame.functionName, selfUs])).toEqual([['flush', 100]]);
});
