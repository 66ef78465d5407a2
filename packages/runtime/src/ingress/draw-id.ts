import { freshInvocationId } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';

/** Makes an id that nobody has. `key`: the object or workflow key whose invocations must lie in one partition. */
export type DrawId = (key?: { readonly service: string; readonly key: string }) => InvocationId;

const idBytes = 24;
const partitionKeyBytes = 8;
// Long enough for all that one write to the store accepts, short enough to spread work evenly over partitions.
const burst = 128;

/**
 * Ids drawn one after the other share their partition key for a while, and so lie beside each other in the index of ids: accepting
 * a hundred invocations at once then writes one or two pages of it, not a hundred. The other 16 bytes are random for each.
 *
 * `makeEntropy`: as many random bytes as asked for.
 */
export function createDrawId(makeEntropy: (bytes: number) => Uint8Array): DrawId {
  let shared = new Uint8Array(partitionKeyBytes);
  let left = 0;
  return (key) => {
    const entropy = makeEntropy(idBytes);
    if (key !== undefined) return freshInvocationId({ entropy, key });
    if (left === 0) {
      shared = entropy.slice(0, partitionKeyBytes);
      left = burst;
    }
    left -= 1;
    const bytes = Uint8Array.from(entropy);
    bytes.set(shared);
    return freshInvocationId({ entropy: bytes });
  };
}
