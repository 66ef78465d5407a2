/**
 * A program for tests: opens the store in its first argument and commits until it is killed. Batch `n` puts `n` into a state value and appends
 * one frame with the content `n` to the journal of one of four invocations; every third batch asks for no sync, every seventh seals. Prints
 * `n` when batch `n` is acknowledged as durable.
 */
import type { StateRecord } from '../../engine/record.ts';
import {
  sampleBatch,
  sampleDeploymentId,
  sampleFrame,
  sampleInvocation,
  sampleInvocationId,
} from '../sample-records.ts';
import type { JournalWrite, RecordWrite } from '../store.ts';
import { openSqliteStore } from './open-store.ts';

const [directory = '', batches = '1000000'] = process.argv.slice(2);
const store = await openSqliteStore({
  directory,
  onFatal: (error) => {
    process.stderr.write(`${error.code}\n`);
    process.exit(70);
  },
});
const partition = await store.openPartition(0);
const [before] = await partition.readState('Counter', 'k');
const first = before === undefined ? 1 : new DataView(before.value.slice().buffer).getUint32(0) + 1;
const lengths = new Map<number, number>();
if (first === 1) {
  await partition.commit(
    sampleBatch({
      records: [0, 1, 2, 3].map((number) => ({
        kind: 'put',
        entry: { table: 'invocation', record: sampleInvocation(number) },
      })),
    }),
  );
}
for (const number of [0, 1, 2, 3]) {
  const loaded = await partition.load({ records: [], ranges: [], journals: [sampleInvocationId(number)] });
  lengths.set(number, loaded.journals[0]?.length ?? 0);
}

for (let n = first; n < first + Number(batches); n += 1) {
  const durable = n % 3 !== 0;
  await partition.commit(sampleBatch({ records: [counter(n)], journal: journal(n), durable }));
  if (durable) process.stdout.write(`${n}\n`);
}
await store.close();

function counter(n: number): RecordWrite {
  const value = new Uint8Array(4);
  new DataView(value.buffer).setUint32(0, n);
  const record: StateRecord = {
    service: 'Counter',
    key: 'k',
    name: 'n',
    value,
    deployment: sampleDeploymentId(1),
    writtenAt: n,
  };
  return { kind: 'put', entry: { table: 'state', record } };
}

function journal(n: number): JournalWrite[] {
  const invocation = sampleInvocationId(n % 4);
  const firstIndex = lengths.get(n % 4) ?? 0;
  lengths.set(n % 4, firstIndex + 1);
  const append: JournalWrite = {
    kind: 'append',
    invocation,
    firstIndex,
    frames: [sampleFrame(n % 256, 100 + (n % 900))],
  };
  return n % 7 === 0 ? [append, { kind: 'seal', invocation }] : [append];
}
