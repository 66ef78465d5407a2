import { randomFillSync } from 'node:crypto';

// One call of the system's generator costs as much as the rest of making an id; this many ids share it.
const poolBytes = 8_192;

/** Random bytes for ids, drawn in advance. */
export function createEntropy(): (bytes: number) => Uint8Array {
  let pool = new Uint8Array(0);
  let used = 0;
  return (bytes) => {
    if (used + bytes > pool.length) {
      // A new pool each time: ids may still be views of the old one.
      pool = randomFillSync(new Uint8Array(Math.max(poolBytes, bytes)));
      used = 0;
    }
    used += bytes;
    return pool.subarray(used - bytes, used);
  };
}
