/** The contract of store.ts as a test suite. Every implementation runs it. */
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openMemoryStore } from './memory/memory-store.ts';
import { randomHistory } from './random-batches.ts';
import {
  sampleAudit,
  sampleBatch,
  sampleDeploymentId,
  sampleFrame,
  sampleInvocation,
  sampleInvocationId,
  sampleRegistry,
} from './sample-records.ts';
import { takeSnapshot } from './store-snapshot.ts';
import type { PartitionStore, Store } from './store.ts';

export interface StoreSubject {
  readonly store: Store;
  /** Ends the store without any farewell that a power loss would not grant, and opens its successor. */
  crash(): Promise<Store>;
  dispose(): Promise<void>;
}

const inv = sampleInvocationId;

export function describeStore(name: string, openSubject: () => Promise<StoreSubject>): void {
  describe(`store: ${name}`, () => {
    let subject: StoreSubject;
    let store: Store;
    let partition: PartitionStore;

    beforeEach(async () => {
      subject = await openSubject();
      store = subject.store;
      partition = await store.openPartition(0);
    });
    afterEach(() => subject.dispose());

    /** Invocations whose journals the test writes. */
    const accept = (...numbers: readonly number[]): Promise<void> =>
      partition.commit(
        sampleBatch({
          records: numbers.map((number) => ({
            kind: 'put',
            entry: { table: 'invocation', record: sampleInvocation(number) },
          })),
        }),
      );
    const reopen = async (): Promise<void> => {
      store = await subject.crash();
      partition = await store.openPartition(0);
    };
    const journal = async (number: number): Promise<readonly Uint8Array[]> => {
      const loaded = await partition.load({ records: [], ranges: [], journals: [inv(number)] });
      return (loaded.journals[0] ?? []).map((frame) => new Uint8Array(frame));
    };

    test('a new store is empty', async () => {
      expect(await store.loadRegistry()).toEqual({ revision: 0, deployments: new Map(), services: new Map() });
      expect(await partition.findNextTimerAt()).toBeUndefined();
      expect(await partition.listRunning(undefined, 10)).toEqual([]);
      expect(await journal(1)).toEqual([]);
    });

    test('frames come back whole and in order, from the log, from pages and from both', async () => {
      const frames = [1, 2, 3, 4, 5].map((content) => sampleFrame(content, content * 10));
      await accept(1);
      await partition.commit(append(1, 0, frames.slice(0, 2)));
      await partition.commit(sampleBatch({ journal: [{ kind: 'seal', invocation: inv(1) }] }));
      await partition.commit(append(1, 2, frames.slice(2, 4)));
      await partition.commit(append(1, 4, frames.slice(4)));

      expect(await journal(1)).toEqual(frames);
      expect(Buffer.from(await partition.readJournal(inv(1), { from: 1, to: 4 }))).toEqual(
        Buffer.concat(frames.slice(1, 4)),
      );
      await reopen();
      expect(await journal(1)).toEqual(frames);
    });

    test('a journal of many entries is the same after it was sealed', async () => {
      const frames = Array.from({ length: 900 }, (_, index) => sampleFrame(index % 251, 1000));
      await accept(1);
      for (let index = 0; index < frames.length; index += 30) {
        await partition.commit(append(1, index, frames.slice(index, index + 30), index + 30 === frames.length));
      }

      await partition.commit(sampleBatch({ journal: [{ kind: 'seal', invocation: inv(1) }] }));

      expect(Buffer.from(await partition.readJournal(inv(1), { from: 0, to: 900 }))).toEqual(Buffer.concat(frames));
      await reopen();
      expect(Buffer.from(await partition.readJournal(inv(1), { from: 700, to: 701 }))).toEqual(
        Buffer.from(frames[700] ?? []),
      );
    });

    test('the tail of an invocation is what its row does not count', async () => {
      const frames = [1, 2, 3].map((content) => sampleFrame(content));
      await partition.commit(
        sampleBatch({
          records: [{ kind: 'put', entry: { table: 'invocation', record: sampleInvocation(1, { length: 1 }) } }],
          journal: [{ kind: 'append', invocation: inv(1), firstIndex: 0, frames: frames.slice(0, 1) }],
        }),
      );
      await partition.commit(append(1, 1, frames.slice(1)));

      const request = { records: [{ table: 'invocation', id: inv(1) }], ranges: [], journals: [] } as const;
      const [running] = (await partition.load(request)).records;
      await partition.commit(sampleBatch({ journal: [{ kind: 'seal', invocation: inv(1) }] }));
      const [sealed] = (await partition.load(request)).records;

      expect(running?.tail.map((frame) => new Uint8Array(frame))).toEqual(frames.slice(1));
      expect(sealed?.tail.map((frame) => new Uint8Array(frame))).toEqual(frames.slice(1));
    });

    test('a dropped journal is gone, and its invocation can have another', async () => {
      await accept(1);
      await partition.commit(append(1, 0, [sampleFrame(1)]));
      await partition.commit(sampleBatch({ journal: [{ kind: 'drop', invocation: inv(1) }] }));
      expect(await journal(1)).toEqual([]);

      await partition.commit(append(1, 0, [sampleFrame(2)]));
      await reopen();
      expect(await journal(1)).toEqual([sampleFrame(2)]);
    });

    test('a journal dies with the record of its invocation, and never comes back', async () => {
      await accept(1, 2);
      await partition.commit(append(1, 0, [sampleFrame(1)]));
      await partition.commit(append(2, 0, [sampleFrame(2)]));
      await partition.commit(sampleBatch({ journal: [{ kind: 'seal', invocation: inv(2) }] }));

      await partition.commit(
        sampleBatch({
          records: [1, 2, 3].map((number) => ({ kind: 'delete', ref: { table: 'invocation', id: inv(number) } })),
          // An invocation that is accepted and over within one batch leaves nothing.
          journal: [
            { kind: 'append', invocation: inv(3), firstIndex: 0, frames: [sampleFrame(3)] },
            { kind: 'seal', invocation: inv(3) },
          ],
        }),
      );

      await accept(1, 2, 3);
      await reopen();
      expect([await journal(1), await journal(2), await journal(3)]).toEqual([[], [], []]);
    });

    test('frames for an invocation without a record are refused', async () => {
      await expect(partition.commit(append(1, 0, [sampleFrame(1)]))).rejects.toMatchObject({
        code: 'STORE_JOURNAL_ORPHANED',
        message: `Entries were to be appended to the journal of ${inv(1)}, which has no record.`,
      });
    });

    test('frames that leave a gap are refused with the whole batch, and the handle is void from then on', async () => {
      await accept(1);
      await partition.commit(append(1, 0, [sampleFrame(1)]));
      const gap = sampleBatch({
        records: [{ kind: 'put', entry: { table: 'invocation', record: sampleInvocation(2) } }],
        journal: [{ kind: 'append', invocation: inv(1), firstIndex: 2, frames: [sampleFrame(3)] }],
      });

      await expect(partition.commit(gap)).rejects.toMatchObject({
        code: 'STORE_JOURNAL_GAP',
        message: `Journal of ${inv(1)}: entry 1 comes next, but entry 2 was to be appended.`,
      });

      await expect(partition.commit(sampleBatch({}))).rejects.toMatchObject({ code: 'STORE_FENCED' });
      partition = await store.openPartition(0);
      const loaded = await partition.load({ records: [{ table: 'invocation', id: inv(2) }], ranges: [], journals: [] });
      expect(loaded.records).toEqual([undefined]);
      expect(await journal(1)).toEqual([sampleFrame(1)]);
    });

    test('opening a partition again fences the earlier handle', async () => {
      const later = await store.openPartition(0);

      await expect(partition.commit(sampleBatch({}))).rejects.toMatchObject({ code: 'STORE_FENCED' });
      expect(() => partition.load({ records: [], ranges: [], journals: [] })).toThrow(/no longer valid/);
      await later.commit(sampleBatch({}));
    });

    test('partitions of one store do not see each other', async () => {
      const other = await store.openPartition(1);
      const timer = { fireAt: 5, invocation: inv(1), purpose: { kind: 'start' } } as const;
      await other.commit(
        sampleBatch({
          records: [
            { kind: 'put', entry: { table: 'timer', record: timer } },
            { kind: 'put', entry: { table: 'outbound', record: { target: 0, next: 7 } } },
            { kind: 'put', entry: { table: 'invocation', record: sampleInvocation(1) } },
          ],
        }),
      );

      expect(await partition.findNextTimerAt()).toBeUndefined();
      expect(await partition.listRunning(undefined, 10)).toEqual([]);
      const request = { records: [{ table: 'outbound', target: 0 }], ranges: [], journals: [] } as const;
      expect((await partition.load(request)).records).toEqual([undefined]);
      expect((await other.load(request)).records).toMatchObject([{ table: 'outbound', record: { next: 7 } }]);
    });

    test('the registry is replaced only on top of the revision it was made from', async () => {
      await store.saveRegistry(sampleRegistry(1, [1]), [sampleAudit('Greeter')]);
      await store.saveRegistry(sampleRegistry(2, [1, 2]), []);

      await expect(store.saveRegistry(sampleRegistry(2, [3]), [sampleAudit('lost')])).rejects.toMatchObject({
        code: 'STORE_REVISION_CONFLICT',
        message: 'The registry is at revision 2; revision 2 cannot follow it.',
      });

      await reopen();
      expect(await store.loadRegistry()).toEqual(sampleRegistry(2, [1, 2]));
      expect(await store.listAudit({ limit: 10 })).toEqual([sampleAudit('Greeter')]);
      await store.saveRegistry(sampleRegistry(3, [2]), []);
      expect(await store.loadRegistry()).toEqual(sampleRegistry(3, [2]));
    });

    test('unfinished work and retained workflow runs block the removal of their deployment', async () => {
      const done = {
        status: 'completed',
        result: { kind: 'success', value: new Uint8Array() },
        at: 1,
        journalKept: false,
      } as const;
      const run = { service: 'Signup', handler: 'run', key: 'k', serviceKind: 'workflow', handlerKind: 'run' } as const;
      const invocations = [
        sampleInvocation(1),
        sampleInvocation(2, { state: done }),
        sampleInvocation(3, { state: done, target: run }),
        sampleInvocation(4, { deployment: sampleDeploymentId(2) }),
      ];
      await partition.commit(
        sampleBatch({
          records: invocations.map((record) => ({ kind: 'put', entry: { table: 'invocation', record } })),
        }),
      );

      const blockers = await store.listBlockers(sampleDeploymentId(1), 10);

      expect(blockers.map((blocker) => blocker.invocation)).toEqual([inv(1), inv(3)]);
      expect(blockers.map((blocker) => blocker.record)).toEqual([invocations[0], invocations[2]]);
      expect(await store.listBlockers(sampleDeploymentId(1), 1)).toHaveLength(1);
    });

    test('what a durable commit acknowledged survives a crash, with everything before it', async () => {
      await accept(1);
      await partition.commit({ ...append(1, 0, [sampleFrame(1)]), durable: false });
      await partition.commit(append(1, 1, [sampleFrame(2)]));

      await reopen();

      expect(await journal(1)).toEqual([sampleFrame(1), sampleFrame(2)]);
    });

    test('an empty durable commit makes all earlier ones durable', async () => {
      await accept(1);
      await partition.commit({ ...append(1, 0, [sampleFrame(1)]), durable: false });
      await partition.commit(sampleBatch({}));

      await reopen();

      expect(await journal(1)).toEqual([sampleFrame(1)]);
    });

    test('a closed store refuses everything, and closing it twice is fine', async () => {
      await store.close();
      await store.close();

      await expect(store.openPartition(0)).rejects.toMatchObject({ code: 'STORE_CLOSED' });
      await expect(partition.commit(sampleBatch({}))).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    });

    test('any history of batches leaves what it leaves in the memory store, before and after a crash', async () => {
      await fc.assert(
        fc.asyncProperty(randomHistory, async ({ batches, refs }) => {
          const fresh = await openSubject();
          try {
            const oracle = openMemoryStore();
            const expected = await oracle.openPartition(0);
            const actual = await fresh.store.openPartition(0);
            for (const batch of batches) {
              await expected.commit(batch);
              await actual.commit(batch);
            }
            await actual.commit(sampleBatch({}));
            const snapshot = await takeSnapshot(oracle, expected, refs);
            expect(await takeSnapshot(fresh.store, actual, refs)).toEqual(snapshot);

            const successor = await fresh.crash();
            expect(await takeSnapshot(successor, await successor.openPartition(0), refs)).toEqual(snapshot);
          } finally {
            await fresh.dispose();
          }
        }),
        { numRuns: 15 },
      );
    }, 60_000);
  });
}

function append(
  number: number,
  firstIndex: number,
  frames: readonly Uint8Array[],
  durable = true,
): ReturnType<typeof sampleBatch> {
  return sampleBatch({ journal: [{ kind: 'append', invocation: inv(number), firstIndex, frames }], durable });
}
