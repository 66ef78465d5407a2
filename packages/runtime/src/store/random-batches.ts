/**
 * Arbitrary sequences of batches over a small world, so that keys collide, journals grow and rows are overwritten. Every sequence is one that
 * an engine could produce: frames are appended where the journal ends.
 */
import * as fc from 'fast-check';
import type { InvocationId } from '@holdfast/protocol';
import { recordKey, refOf } from '../engine/record-table.ts';
import type { RangeRef, RecordRef, TableRecord } from '../engine/record-table.ts';
import type { InvocationState, PartitionMessage, TimerPurpose } from '../engine/record.ts';
import {
  sampleAudit,
  sampleDeploymentId,
  sampleFrame,
  sampleInvocation,
  sampleInvocationId,
} from './sample-records.ts';
import type { Batch, JournalWrite, RecordWrite } from './store.ts';

/** Texts that separators, terminators and orders trip over. */
export const worldKeys: readonly string[] = ['', 'a', 'a/b', '1/a', '\0', 'ä', '\uffff', '\u{10000}'];
export const worldServices: readonly string[] = ['Cart', 'Cart/0/'];
export const worldInvocations: readonly InvocationId[] = [0, 1, 2, 3].map(sampleInvocationId);

const bytes = fc.uint8Array({ maxLength: 40 });
const key = fc.constantFrom(...worldKeys);
const service = fc.constantFrom(...worldServices);
const number = fc.nat({ max: 3 });
const at = fc.nat({ max: 1000 });
const result = fc.oneof(
  bytes.map((value) => ({ kind: 'success', value }) as const),
  fc.string().map((message) => ({ kind: 'failure', failure: { code: 500, message, metadata: [] } }) as const),
);
const sink = fc
  .tuple(number, at)
  .map(
    ([id, createdAt]) =>
      ({ invocation: sampleInvocationId(id), createdAt, completionId: id, notification: 'call' }) as const,
  );

const state: fc.Arbitrary<InvocationState> = fc.oneof(
  at.map((startAt) => ({ status: 'scheduled', startAt }) as const),
  number.map((sequence) => ({ status: 'pending', sequence }) as const),
  fc.boolean().map((pausing) => ({ status: 'running', pausing }) as const),
  at.map((retryAt) => ({ status: 'backingOff', retryAt }) as const),
  at.map(
    (since) =>
      ({ status: 'suspended', awaiting: { completions: [1], signals: [17], namedSignals: ['ä'] }, since }) as const,
  ),
  at.map((since) => ({ status: 'paused', reason: { kind: 'mismatch' }, since }) as const),
  fc.tuple(result, at).map(([result, at]) => ({ status: 'completed', result, at, journalKept: true }) as const),
);

const purpose: fc.Arbitrary<TimerPurpose> = fc.oneof(
  fc.record({ kind: fc.constant('sleep' as const), completionId: number, createdAt: at }),
  number.map((epoch) => ({ kind: 'retry', epoch }) as const),
  fc.constantFrom<TimerPurpose>({ kind: 'start' }, { kind: 'dropJournal' }, { kind: 'dropInvocation' }),
);

const message: fc.Arbitrary<PartitionMessage> = fc.oneof(
  fc.tuple(sink, result).map(([sink, result]) => ({ kind: 'complete', sink, result }) as const),
  bytes.map(
    (input) =>
      ({
        kind: 'accept',
        id: sampleInvocationId(1),
        service: 'Cart',
        handler: 'add',
        key: 'ä',
        headers: [['x-a', 'b']],
        input,
        startAt: 0,
        proposedDeployment: sampleDeploymentId(1),
        parent: { id: sampleInvocationId(0), service: 'Cart', handler: 'buy' },
      }) as const,
  ),
);

const invocation = fc
  .record({ number, state, deployment: number, length: number, run: fc.boolean() })
  .map(({ number, state, deployment, length, run }) => ({
    table: 'invocation' as const,
    record: sampleInvocation(number, {
      state,
      deployment: sampleDeploymentId(deployment),
      length,
      target: run ? { serviceKind: 'workflow', handlerKind: 'run', key: 'w' } : {},
    }),
  }));

const entry: fc.Arbitrary<TableRecord> = fc.oneof(
  { weight: 4, arbitrary: invocation },
  fc
    .record({ service, key, head: number, tail: number }, { noNullPrototype: true })
    .map((record) => ({ table: 'object' as const, record })),
  fc
    .record({ service, key, sequence: number, invocation: number.map(sampleInvocationId) }, { noNullPrototype: true })
    .map((record) => ({ table: 'queue' as const, record })),
  fc
    .record(
      { service, key, name: key, value: bytes, deployment: number.map(sampleDeploymentId), writtenAt: at },
      { noNullPrototype: true },
    )
    .map((record) => ({ table: 'state' as const, record })),
  fc
    .record({ workflow: service, key, name: key, result: fc.option(result, { nil: undefined }) })
    .map(({ workflow, key, name, result }) => ({
      table: 'promise' as const,
      record: { workflow, key, name, waiters: [], ...(result === undefined ? {} : { result }) },
    })),
  fc
    .record({ fireAt: at, invocation: number.map(sampleInvocationId), purpose }, { noNullPrototype: true })
    .map((record) => ({ table: 'timer' as const, record })),
  fc
    .tuple(sink, number)
    .map(([sink, awaited]) => ({ table: 'sink' as const, record: { ...sink, awaited: sampleInvocationId(awaited) } })),
  fc.tuple(number, number).map(([deployment, running]) => ({
    table: 'count' as const,
    record: {
      deployment: sampleDeploymentId(deployment),
      running,
      suspended: 0,
      paused: 0,
      scheduled: 0,
      queued: 0,
      inTransit: 0,
      retainedWorkflows: 0,
    },
  })),
  fc
    .record({ target: number, sequence: number, message }, { noNullPrototype: true })
    .map((record) => ({ table: 'outbox' as const, record })),
  fc
    .record({ target: number, next: number }, { noNullPrototype: true })
    .map((record) => ({ table: 'outbound' as const, record })),
  fc
    .record({ source: number, sequence: number }, { noNullPrototype: true })
    .map((record) => ({ table: 'inbound' as const, record })),
);

const journalAct = fc.record({
  act: fc.constantFrom('append', 'append', 'append', 'seal', 'drop'),
  invocation: fc.constantFrom(...worldInvocations),
  bodies: fc.array(fc.nat({ max: 300 }), { minLength: 1, maxLength: 4 }),
});

export interface RandomHistory {
  readonly batches: readonly Batch[];
  /** Every record that the batches name. */
  readonly refs: readonly RecordRef[];
}

export const randomHistory: fc.Arbitrary<RandomHistory> = fc
  .array(
    fc.record({
      puts: fc.array(entry, { maxLength: 8 }),
      deletes: fc.array(entry, { maxLength: 3 }),
      journal: fc.array(journalAct, { maxLength: 4 }),
      audit: fc.boolean(),
      durable: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((drafts) => {
    const lengths = new Map<InvocationId, number>();
    const alive = new Set<InvocationId>();
    const refs = new Map<string, RecordRef>();
    const batches = drafts.map((draft, index): Batch => {
      const writes = new Map<string, RecordWrite>();
      for (const entry of draft.puts) writes.set(recordKey(refOf(entry)), { kind: 'put', entry });
      for (const entry of draft.deletes) writes.set(recordKey(refOf(entry)), { kind: 'delete', ref: refOf(entry) });
      for (const entry of [...draft.puts, ...draft.deletes]) refs.set(recordKey(refOf(entry)), refOf(entry));
      for (const write of writes.values()) {
        if (write.kind === 'put' && write.entry.table === 'invocation') alive.add(write.entry.record.id);
        if (write.kind === 'delete' && write.ref.table === 'invocation') {
          alive.delete(write.ref.id);
          lengths.delete(write.ref.id);
        }
      }
      return {
        records: [...writes.values()],
        journal: draft.journal
          .filter((act) => act.act !== 'append' || alive.has(act.invocation))
          .map((act) => journalWrite(lengths, act, index)),
        audit: draft.audit ? [sampleAudit(`subject-${index % 2}`, index)] : [],
        durable: draft.durable,
      };
    });
    return { batches, refs: [...refs.values()] };
  });

export const worldRanges: readonly RangeRef[] = [
  ...worldServices.flatMap((service) =>
    worldKeys.flatMap((key): RangeRef[] => [
      { table: 'state', service, key },
      { table: 'promise', service, key },
    ]),
  ),
  ...worldInvocations.map((awaited): RangeRef => ({ table: 'sink', awaited })),
];

function journalWrite(
  lengths: Map<InvocationId, number>,
  act: { readonly act: string; readonly invocation: InvocationId; readonly bodies: readonly number[] },
  content: number,
): JournalWrite {
  const { invocation, bodies } = act;
  if (act.act === 'seal') return { kind: 'seal', invocation };
  if (act.act === 'drop') {
    lengths.delete(invocation);
    return { kind: 'drop', invocation };
  }
  const firstIndex = lengths.get(invocation) ?? 0;
  lengths.set(invocation, firstIndex + bodies.length);
  return { kind: 'append', invocation, firstIndex, frames: bodies.map((length) => sampleFrame(content, length)) };
}
