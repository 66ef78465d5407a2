import { expect, test } from 'vitest';
import { freshInvocationId } from '@holdfast/protocol';
import { systemClock } from './clock.ts';
import { DeploymentScene, manifestOf } from './deployments/deployment-scene.ts';
import { openPartition } from './partition/partition.ts';
import type { Partition } from './partition/partition.ts';
import { openMemoryStore } from './store/memory/memory-store.ts';
import { SimulatedDisk } from './store/memory/simulated-disk.ts';
import { StoreHealth } from './store-health.ts';

/** A partition on a disk that can be full; its problems are noted as in a runtime. */
async function openScene(): Promise<{
  readonly health: StoreHealth;
  readonly partition: Partition;
  readonly disk: { isFull: boolean };
  readonly invoke: () => Promise<unknown>;
}> {
  const disk = { isFull: false };
  const memory = openMemoryStore(new SimulatedDisk({ commitFails: () => disk.isFull }));
  const health = new StoreHealth({ clock: systemClock, probeMs: 1_000 });
  const partitions: Partition[] = [];
  const scene = new DeploymentScene({ memory, partitions: () => partitions });
  const partition = await openPartition({
    index: 0,
    count: 1,
    openStore: () => memory.openPartition(0),
    registry: scene.registry,
    clock: systemClock,
    defer: setImmediate,
    createAttempts: () => ({ prepare: () => undefined, release: () => undefined, resetAll: () => undefined }),
    deliver: async (_target, row) => (await partition.submit({ kind: 'receiveMessage', ...row })).through,
    onProblem: (problem) => health.note(problem),
  });
  partitions.push(partition);
  await scene.register('http://one:9080', manifestOf('Agent'));
  const invoke = (): Promise<unknown> =>
    partition.submit({
      kind: 'invoke',
      id: freshInvocationId({ entropy: crypto.getRandomValues(new Uint8Array(24)) }),
      service: 'Agent',
      handler: 'run',
      key: '',
      headers: [],
      input: new Uint8Array(0),
      startAt: 0,
    });
  return { health, partition, disk, invoke };
}

test('a disk that confirms writes is no trouble, and is not tried', async () => {
  const { health, partition, invoke } = await openScene();
  await invoke();
  const { commands } = partition.statistics;

  expect(await health.findTrouble([partition])).toBeUndefined();
  expect(partition.statistics.commands).toBe(commands);
});

test('a disk that fails is trouble until it confirms a write again', async () => {
  const { health, partition, disk, invoke } = await openScene();
  disk.isFull = true;
  await expect(invoke()).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });

  expect(await health.findTrouble([partition])).toMatchObject({ code: 'STORE_OUTCOME_UNKNOWN' });
  disk.isFull = false;

  await expect.poll(() => health.findTrouble([partition]), { timeout: 10_000 }).toBeUndefined();
});
