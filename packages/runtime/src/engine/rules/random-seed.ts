/**
 * The seed of an invocation's deterministic randomness: 16 hex digits. Made from id and time, so that a workflow id that runs again
 * after a purge does not repeat the random values (and idempotency keys) of its first life. Not for secrets.
 */
import type { InvocationId } from '@holdfast/protocol';

export function randomSeed(id: InvocationId, now: number): string {
  const text = `${id}@${now}`;
  return hash32(text, 0x9e3779b9) + hash32(text, 0x85ebca6b);
}

/** FNV-1a over UTF-16 units, then the finaliser of MurmurHash3, which spreads every input bit. */
function hash32(text: string, seed: number): string {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0).toString(16).padStart(8, '0');
}
