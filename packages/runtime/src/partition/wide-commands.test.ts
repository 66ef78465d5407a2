/** Commands that touch many records of which none is in memory, and what happens when one is not done. */
import { freshInvocationId } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import type { AttemptMessage } from '../engine/command.ts';
import { command, ends, operator, success } from '../engine/engine-scene.ts';
import { defineDeployment, defineRegistry, v1 } from '../engine/registry-scene.ts';
import type { InvocationRecord } from '../engine/record.ts';
import { openMemoryStore } from '../store/memory/memory-store.ts';
import type { PartitionStore } from '../store/store.ts';
import { openPartition } from './partition.ts';
import type { Partition } from './partition.ts';
import type { PartitionProblem } from './partition-options.ts';

/** A partition without endpoints, whose store outlives it. */
class Stage {
  readonly problems: PartitionProblem[] = [];
  readonly #memory = openMemoryStore();
  #opened: Partition | undefined;
  #made = 0;

  get partition(): Partition {
    if (this.#opened === undefined) throw new Error('It is not open.');
    return this.#opened;
  }

  /** Opens the partition, anew: it has nothing in memory then. */
  async open(change: (store: PartitionStore) => void = () => undefined): Promise<void> {
    await this.#opened?.close();
    const partition = await openPartition({
      index: 0,
      count: 1,
      openStore: async () => {
        const store = await this.#memory.openPartition(0);
        change(store);
        return store;
      },
      registry: defineRegistry([defineDeployment(v1)], v1),
      clock: systemClock,
      defer: setImmediate,
      createAttempts: () => ({ prepare: () => undefined, release: () => undefined, resetAll: () => undefined }),
      deliver: async (_target, row) => (await partition.submit({ kind: 'receiveMessage', ...row })).through,
      onProblem: (problem) => this.problems.push(problem),
    });
    this.#opened = partition;
  }

  async invoke(service: string, handler: string, key: string): Promise<InvocationId> {
    const entropy = new Uint8Array(24);
    new DataView(entropy.buffer).setUint32(0, ++this.#made);
    const id = freshInvocationId({ entropy });
    const input = new Uint8Array(0);
    await this.partition.submit({ kind: 'invoke', id, service, handler, key, headers: [], input, startAt: 0 });
    return id;
  }

  describe(id: InvocationId): Promise<InvocationRecord | undefined> {
    return this.partition.submit({ kind: 'describe', invocation: id });
  }

  async advance(id: InvocationId, messages: readonly AttemptMessage[], attempt?: InvocationRecord): Promise<void> {
    const { createdAt = 0, epoch = 0 } = attempt ?? (await this.describe(id)) ?? {};
    await this.partition.submit({ kind: 'advanceAttempt', invocation: id, createdAt, epoch, messages, jitter: 0 });
  }

  /** Invocations that each issue `first`, which announces completion 1, and wait for it. */
  async startWaiting(count: number, target: readonly [string, string, string], first: AttemptMessage): Promise<void> {
    const awaiting = { completions: [1], signals: [1], namedSignals: [] };
    for (let at = 0; at < count; at++) {
      await this.advance(await this.invoke(...target), [first, { kind: 'suspend', awaiting, seenThrough: 2 }]);
    }
  }
}

const many = 300;
/** However many records a command touches, it must not run once for each. */
const rerunsMax = 16;

test('a handler can send to any number of keys in one read', async () => {
  const stage = new Stage();
  await stage.open();
  const id = await stage.invoke('Greeter', 'greet', '');
  await stage.open();
  const before = stage.partition.statistics.reruns;

  const parameter = new Uint8Array(0);
  const fixed = { name: '', service: 'Counter', handler: 'add', parameter, headers: [], invokeAt: 0 } as const;
  const sends = Array.from({ length: many }, (_, at) =>
    command({ kind: 'oneWayCall', ...fixed, key: `key ${at}`, invocationIdCompletionId: at + 1 }),
  );
  await stage.advance(id, sends);

  expect(stage.problems).toEqual([]);
  expect((await stage.describe(id))?.journal).toMatchObject({ commands: many + 1, children: many });
  expect(stage.partition.statistics.reruns - before).toBeLessThan(rerunsMax);
});

test('an invocation that any number of others await can end', async () => {
  const stage = new Stage();
  await stage.open();
  const awaited = await stage.invoke('Greeter', 'greet', '');
  const target = { kind: 'invocation', id: awaited } as const;
  const attach = command({ kind: 'attachInvocation', name: '', completionId: 1, target });
  await stage.startWaiting(many, ['Greeter', 'greet', ''], attach);
  await stage.open();
  const before = stage.partition.statistics.reruns;

  await stage.advance(awaited, ends);

  expect(stage.problems).toEqual([]);
  expect((await stage.describe(awaited))?.state.status).toBe('completed');
  const counts = await stage.partition.submit({ kind: 'countWork', deployment: v1 });
  expect(counts).toMatchObject({ suspended: 0, running: many });
  expect(stage.partition.statistics.reruns - before).toBeLessThan(rerunsMax);
});

test('a promise that any number of handlers await can be completed', async () => {
  const stage = new Stage();
  await stage.open();
  const approver = await stage.invoke('Signup', 'approve', 'w');
  const get = command({ kind: 'getPromise', name: '', completionId: 1, key: 'approved' });
  await stage.startWaiting(many, ['Signup', 'approve', 'w'], get);
  await stage.open();
  const before = stage.partition.statistics.reruns;

  const result = success('yes');
  await stage.advance(approver, [
    command({ kind: 'completePromise', name: '', completionId: 1, key: 'approved', result }),
  ]);

  expect(stage.problems).toEqual([]);
  const counts = await stage.partition.submit({ kind: 'countWork', deployment: v1 });
  expect(counts).toMatchObject({ suspended: 0, running: many + 1 });
  expect(stage.partition.statistics.reruns - before).toBeLessThan(rerunsMax);
});

test('a key passes on over any number of cancelled places', async () => {
  const stage = new Stage();
  await stage.open();
  const holder = await stage.invoke('Counter', 'add', 'red');
  const cancelled: InvocationId[] = [];
  for (let at = 0; at < many; at++) cancelled.push(await stage.invoke('Counter', 'add', 'red'));
  const last = await stage.invoke('Counter', 'add', 'red');
  for (const id of cancelled) await stage.partition.submit({ kind: 'cancel', invocation: id, ...operator });
  await stage.open();
  const before = stage.partition.statistics.reruns;

  await stage.advance(holder, ends);

  expect(stage.problems).toEqual([]);
  expect((await stage.describe(last))?.state.status).toBe('running');
  expect(stage.partition.statistics.reruns - before).toBeLessThan(rerunsMax);
});

test('nothing that an attempt sent behind a message that could not be taken reaches the journal', async () => {
  const stage = new Stage();
  await stage.open();
  const id = await stage.invoke('Greeter', 'greet', '');
  await stage.advance(id, [command({ kind: 'output', name: '', result: success('done') })]);
  // A store that has lost the journal: End needs the Output of it, and can never be applied.
  await stage.open((store) => {
    const load = store.load.bind(store);
    store.load = async (request) => ({ ...(await load(request)), journals: [] });
  });
  const attempt = await stage.describe(id);

  const [end, behind] = await Promise.allSettled([
    stage.advance(id, [{ kind: 'end' }], attempt),
    stage.advance(id, [command({ kind: 'run', name: 'behind', completionId: 1 })], attempt),
  ]);

  expect([end?.status, behind?.status]).toEqual(['rejected', 'rejected']);
  expect(stage.problems.map((problem) => problem.kind)).toEqual(['commandFailed']);
  expect((await stage.describe(id))?.journal).toEqual(attempt?.journal);
});
