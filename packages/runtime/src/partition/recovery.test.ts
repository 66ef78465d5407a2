/** What happens while a partition takes up again what was running, and serves at the same time. */
import { freshInvocationId } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import type { AttemptEffect, StartAttempt } from '../engine/effect.ts';
import { command } from '../engine/engine-scene.ts';
import { defineDeployment, defineRegistry, v1 } from '../engine/registry-scene.ts';
import { ManualClock } from '../invoker/manual-clock.ts';
import { openMemoryStore } from '../store/memory/memory-store.ts';
import type { PartitionStore } from '../store/store.ts';
import { openPartition } from './partition.ts';
import type { Partition } from './partition.ts';

/** A partition whose store outlives it, and the attempts that it orders. */
class Stage {
  readonly clock = new ManualClock();
  readonly orders: StartAttempt[] = [];
  readonly #memory = openMemoryStore();
  #made = 0;

  async open(change: (store: PartitionStore) => void = () => undefined): Promise<Partition> {
    const partition: Partition = await openPartition({
      index: 0,
      count: 1,
      openStore: async () => {
        const store = await this.#memory.openPartition(0);
        change(store);
        return store;
      },
      registry: defineRegistry([defineDeployment(v1)], v1),
      clock: this.clock,
      defer: setImmediate,
      createAttempts: () => ({
        prepare: () => undefined,
        release: (effects: readonly AttemptEffect[]) => {
          for (const effect of effects) if (effect.kind === 'startAttempt') this.orders.push(effect);
        },
        resetAll: () => undefined,
      }),
      deliver: async (_target, row) => (await partition.submit({ kind: 'receiveMessage', ...row })).through,
      onProblem: () => undefined,
    });
    return partition;
  }

  draw(): InvocationId {
    const entropy = new Uint8Array(24);
    new DataView(entropy.buffer).setUint32(0, ++this.#made);
    return freshInvocationId({ entropy });
  }

  async invoke(partition: Partition, id: InvocationId = this.draw()): Promise<InvocationId> {
    const target = { service: 'Greeter', handler: 'greet', key: '' };
    const input = new Uint8Array(0);
    await partition.submit({ kind: 'invoke', id, ...target, headers: [], input, startAt: 0 });
    return id;
  }
}

test('a partition that is closed while it recovers leaves no timer behind', async () => {
  const stage = new Stage();
  const before = await stage.open();
  const id = await stage.invoke(before);
  const attempt = { invocation: id, createdAt: stage.clock.now(), epoch: 1 };
  const sleep = command({ kind: 'sleep', name: '', completionId: 1, wakeUpAt: stage.clock.now() + 60_000 });
  await before.submit({ kind: 'advanceAttempt', ...attempt, messages: [sleep], jitter: 0 });
  await before.close();
  expect(stage.clock.pending).toBe(0);

  const partition = await stage.open();
  const recovered = partition.recover();
  // Its commands are under way, and are finished before it is closed.
  await new Promise(setImmediate);
  await partition.close();
  await recovered;

  expect(stage.clock.pending).toBe(0);
});

test('what is accepted while a partition recovers has one attempt', async () => {
  const stage = new Stage();
  const before = await stage.open();
  await stage.invoke(before);
  await before.close();
  stage.orders.length = 0;

  // Committed, and not yet confirmed, when the running invocations are listed.
  const confirmed = Promise.withResolvers<void>();
  const committed = Promise.withResolvers<void>();
  const partition = await stage.open((store) => {
    const commit = store.commit.bind(store);
    store.commit = async (batch) => {
      await commit(batch);
      committed.resolve();
      await confirmed.promise;
    };
  });
  const id = stage.draw();
  const accepted = stage.invoke(partition, id);
  await committed.promise;
  const recovered = partition.recover();
  await new Promise(setImmediate);
  confirmed.resolve();
  await accepted;
  await recovered;

  expect(stage.orders.filter((order) => order.invocation === id)).toHaveLength(1);
  expect(stage.orders).toHaveLength(2);
});

test('a recovery that is tried again orders nothing twice', async () => {
  const stage = new Stage();
  const before = await stage.open();
  await stage.invoke(before);
  await before.close();
  stage.orders.length = 0;

  let failures = 1;
  const partition = await stage.open((store) => {
    const findNextTimerAt = store.findNextTimerAt.bind(store);
    store.findNextTimerAt = async () => {
      if (failures-- > 0) throw new Error('The store cannot be read now.');
      return findNextTimerAt();
    };
  });
  await partition.recover();
  expect(stage.orders).toHaveLength(1);
  await stage.clock.advance(1_000);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);

  expect(failures).toBeLessThan(0);
  expect(stage.orders).toHaveLength(1);
  await partition.close();
});
