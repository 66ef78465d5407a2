import { decodeBase62, encodeBase62 } from './base62.ts';
import { digest } from './digest.ts';

/**
 * An invocation id: 24 bytes, written `inv_1` and 33 base-62 digits.
 *
 * The first 8 bytes are the partition key: everything that must be ordered together (all invocations of one object or
 * workflow key) shares it. The other 16 tell invocations apart. Both are functions of what the caller sent wherever a
 * repeated request must find the first one: workflow runs, idempotency keys, and children, whose commands may be repeated.
 */
export type InvocationId = string & { readonly __brand: 'InvocationId' };

export const invocationIdBytes = 24;
const partitionKeyBytes = 8;
const prefix = 'inv_1';
const partitionKeyEnd: number = prefix.length + 11;
const textLength: number = partitionKeyEnd + 22;

/** Undefined unless the text is exactly what `invocationIdFromBytes` writes. */
export function parseInvocationId(text: string): InvocationId | undefined {
  // The check above the cast is what makes the brand true.
  return decodeText(text) === undefined ? undefined : (text as InvocationId);
}

export function invocationIdToBytes(id: InvocationId): Uint8Array {
  const bytes = decodeText(id);
  if (bytes === undefined) throw new TypeError(`"${id}" was branded as an invocation id but is none.`);
  return bytes;
}

export function invocationIdFromBytes(bytes: Uint8Array): InvocationId {
  if (bytes.length !== invocationIdBytes) {
    throw new TypeError(`An invocation id has ${invocationIdBytes} bytes, not ${bytes.length}.`);
  }
  const text =
    prefix +
    encodeBase62(bytes.subarray(0, partitionKeyBytes), 11) +
    encodeBase62(bytes.subarray(partitionKeyBytes), 22);
  return text as InvocationId; // Made here, by the one definition of the format.
}

/** The run of a workflow key: the same key gives the same id, which is how a second run finds the first. */
export function workflowInvocationId(target: { readonly name: string; readonly key: string }): InvocationId {
  const uuid = digest(joinParts('wf', [target.name, target.key]));
  return compose(keyDigest(target.name, target.key), uuid);
}

export function idempotentInvocationId(target: {
  readonly service: string;
  readonly key?: string;
  readonly handler: string;
  readonly idempotencyKey: string;
}): InvocationId {
  const { service, key, handler, idempotencyKey } = target;
  const parts = key === undefined ? [service, handler, idempotencyKey] : [service, key, handler, idempotencyKey];
  const uuid = digest(joinParts('ik', parts));
  // Without a key nothing else must share the partition: the unused half of the digest spreads these evenly.
  return compose(key === undefined ? uuid.subarray(16) : keyDigest(service, key), uuid);
}

/** `entropy`: 24 random bytes from the caller; this package has no source of randomness. */
export function freshInvocationId(options: {
  readonly key?: { readonly service: string; readonly key: string };
  readonly entropy: Uint8Array;
}): InvocationId {
  const { key, entropy } = options;
  if (entropy.length !== invocationIdBytes) {
    throw new TypeError(`An invocation id takes ${invocationIdBytes} bytes of entropy, not ${entropy.length}.`);
  }
  if (key === undefined) return invocationIdFromBytes(entropy);
  return compose(keyDigest(key.service, key.key), entropy.subarray(partitionKeyBytes));
}

/** A new id in the partition of `source`, for what must be decided together with it. `entropy`: 16 random bytes from the caller. */
export function siblingInvocationId(source: InvocationId, entropy: Uint8Array): InvocationId {
  return compose(invocationIdToBytes(source), entropy);
}

/**
 * The invocation that a Call or OneWayCall creates. Repeating the command, after a crash of whoever delivered it, names
 * the same child. `createdAt` (epoch ms) is the parent's: an id that was forgotten can live again, and calls anew.
 */
export function childInvocationId(
  parent: { readonly id: InvocationId; readonly createdAt: number },
  commandIndex: number,
  target: { readonly service: string; readonly key?: string; readonly handler: string },
): InvocationId {
  const uuid = digest(`child,${parent.id},${parent.createdAt},${commandIndex}`);
  return compose(target.key === undefined ? uuid.subarray(16) : keyDigest(target.service, target.key), uuid);
}

/**
 * Which of `partitions` owns the invocation: the partition key's place in its range, so that doubling the number splits
 * each partition in two.
 */
export function partitionOf(id: InvocationId, partitions: number): number {
  if (partitions === 1) return 0;
  return partitionOfBytes(invocationIdToBytes(id), partitions);
}

/** The partition of every invocation of this object or workflow key. */
export function partitionOfKey(service: string, key: string, partitions: number): number {
  if (partitions === 1) return 0;
  return partitionOfBytes(keyDigest(service, key), partitions);
}

function partitionOfBytes(bytes: Uint8Array, partitions: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const position = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return Math.floor((position * partitions) / 0x1_0000_0000);
}

function keyDigest(service: string, key: string): Uint8Array {
  return digest(`key,${service.length}:${service},${key}`);
}

function compose(partitionKey: Uint8Array, uuid: Uint8Array): InvocationId {
  const bytes = new Uint8Array(invocationIdBytes);
  bytes.set(partitionKey.subarray(0, partitionKeyBytes));
  bytes.set(uuid.subarray(0, invocationIdBytes - partitionKeyBytes), partitionKeyBytes);
  return invocationIdFromBytes(bytes);
}

/**
 * Joined by commas, as Restate does, while no part contains one. `a,b` + `c` and `a` + `b,c` would join to the same text
 * and merge two callers' requests; parts with commas are therefore written with their lengths, behind a tag that the plain
 * form cannot begin with.
 */
function joinParts(tag: string, parts: readonly string[]): string {
  if (!parts.some((part) => part.includes(','))) return [tag, ...parts].join(',');
  return `${tag}/${parts.map((part) => `${part.length}:${part}`).join(',')}`;
}

function decodeText(text: string): Uint8Array | undefined {
  if (text.length !== textLength || !text.startsWith(prefix)) return undefined;
  const bytes = new Uint8Array(invocationIdBytes);
  const fits =
    decodeBase62(text, prefix.length, partitionKeyEnd, bytes.subarray(0, partitionKeyBytes)) &&
    decodeBase62(text, partitionKeyEnd, textLength, bytes.subarray(partitionKeyBytes));
  return fits ? bytes : undefined;
}
