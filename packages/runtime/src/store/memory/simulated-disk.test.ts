import { expect, test } from 'vitest';
import { sampleBatch, sampleDeploymentId, sampleInvocation, sampleInvocationId } from '../sample-records.ts';
import type { Batch, Store } from '../store.ts';
import { openMemoryStore } from './memory-store.ts';
import type { MemoryStore } from './memory-store.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedDiskOptions } from './simulated-disk.ts';

const put = (number: number, durable: boolean): Batch =>
  sampleBatch({
    records: [
      {
        kind: 'put',
        entry: {
          table: 'state',
          record: {
            service: 'Counter',
            key: 'k',
            name: `n${number}`,
            value: new Uint8Array([number]),
            deployment: sampleDeploymentId(1),
            writtenAt: number,
          },
        },
      },
    ],
    durable,
  });

function open(options: SimulatedDiskOptions = {}): MemoryStore {
  return openMemoryStore(new SimulatedDisk(options));
}

async function stored(store: Store): Promise<string[]> {
  const partition = await store.openPartition(0);
  return (await partition.readState('Counter', 'k')).map((record) => record.name);
}

/** A promise and the function that resolves it, for phases that a test ends by hand. */
function gate(): { readonly passed: Promise<void>; readonly pass: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, pass: resolve };
}

test.each([
  { random: 0, kept: ['n1'] },
  { random: 0.5, kept: ['n1', 'n2'] },
  { random: 0.99, kept: ['n1', 'n2', 'n3'] },
])('a crash keeps what was durable and, at $random, a prefix of the rest', async ({ random, kept }) => {
  const store = open({ random: () => random });
  const partition = await store.openPartition(0);
  await partition.commit(put(1, true));
  await partition.commit(put(2, false));
  await partition.commit(put(3, false));

  expect(await stored(store.crash())).toEqual(kept);
});

test('what a crash kept is durable from then on', async () => {
  const randoms = [0.99, 0];
  const store = open({ random: () => randoms.shift() ?? 0 });
  await (await store.openPartition(0)).commit(put(1, false));

  const again = store.crash().crash();

  expect(await stored(again)).toEqual(['n1']);
});

test('a commit is seen before it is durable, and resolves when it is', async () => {
  const sync = gate();
  const store = open({ delay: (phase) => (phase === 'sync' ? sync.passed : undefined) });
  const partition = await store.openPartition(0);
  let resolved = false;
  const committed = partition.commit(put(1, true)).then(() => (resolved = true));

  expect(await partition.readState('Counter', 'k')).toHaveLength(1);
  expect(resolved).toBe(false);
  sync.pass();
  await committed;
  expect(await stored(store.crash())).toEqual(['n1']);
});

test('a dead process neither goes on nor changes the disk', async () => {
  const commit = gate();
  const store = open({ delay: (phase) => (phase === 'commit' ? commit.passed : undefined) });
  const partition = await store.openPartition(0);
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  void partition.commit(put(1, true)).then(end, end);

  const successor = store.crash();
  void partition.readState('Counter', 'k').then(end, end);
  commit.pass();
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();

  expect(ended).toBe(false);
  expect(await stored(successor)).toEqual([]);
});

test.each([
  { random: 0.1, outcome: 'not applied', names: [] },
  { random: 0.9, outcome: 'applied', names: ['n1'] },
])('a failed commit may be $outcome, and its handle is void', async ({ random, names }) => {
  const fails = [true];
  const store = open({ random: () => random, commitFails: () => fails.shift() ?? false });
  const partition = await store.openPartition(0);

  await expect(partition.commit(put(1, true))).rejects.toMatchObject({ code: 'STORE_OUTCOME_UNKNOWN' });

  await expect(partition.commit(put(2, true))).rejects.toMatchObject({ code: 'STORE_FENCED' });
  expect(await stored(store)).toEqual(names);
});

test('the mutant that acknowledges before the sync loses what it acknowledged', async () => {
  const store = open({ mutant: 'ackBeforeSync', random: () => 0 });
  await (await store.openPartition(0)).commit(put(1, true));

  expect(await stored(store.crash())).toEqual([]);
});

test('with a delay, loads are promises, and may answer with what was there when they were asked', async () => {
  const load = gate();
  const randoms = [0, 0.9];
  const store = open({
    random: () => randoms.shift() ?? 0,
    delay: (phase) => (phase === 'load' ? load.passed : undefined),
  });
  const partition = await store.openPartition(0);
  const request = { records: [{ table: 'invocation', id: sampleInvocationId(1) }], ranges: [], journals: [] } as const;
  const early = partition.load(request);
  const late = partition.load(request);
  await partition.commit(
    sampleBatch({ records: [{ kind: 'put', entry: { table: 'invocation', record: sampleInvocation(1) } }] }),
  );
  load.pass();

  expect((await early).records).toEqual([undefined]);
  expect((await late).records).toMatchObject([{ table: 'invocation' }]);
});
