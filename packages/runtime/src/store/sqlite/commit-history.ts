/** What commit-program.ts leaves behind, read back and checked for being the state after some whole batch. */
import { sampleFrame, sampleInvocationId } from '../sample-records.ts';
import type { PartitionStore } from '../store.ts';

/** The number of the last batch. Throws when the content is not exactly what batches up to it leave. */
export async function readLastBatch(partition: PartitionStore): Promise<number> {
  const [counter] = await partition.readState('Counter', 'k');
  const last = counter === undefined ? 0 : new DataView(counter.value.slice().buffer).getUint32(0);
  for (const number of [0, 1, 2, 3]) {
    const invocation = sampleInvocationId(number);
    const { journals } = await partition.load({ records: [], ranges: [], journals: [invocation] });
    const expected: Uint8Array[] = [];
    for (let n = 1; n <= last; n += 1) if (n % 4 === number) expected.push(sampleFrame(n % 256, 100 + (n % 900)));
    const found = journals[0] ?? [];
    const isWhole =
      found.length === expected.length &&
      found.every((frame, at) => Buffer.compare(frame, expected[at] ?? frame) === 0);
    if (!isWhole) {
      throw new Error(`Journal ${number} has ${found.length} entries; ${expected.length} belong to batch ${last}.`);
    }
  }
  return last;
}
