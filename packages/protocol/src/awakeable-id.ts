import { decodeBase64url, encodeBase64url } from './base64url.ts';
import { type InvocationId, invocationIdBytes, invocationIdFromBytes, invocationIdToBytes } from './invocation-id.ts';

/** Who waits behind an awakeable id, and on which signal. */
export interface AwakeableTarget {
  readonly invocation: InvocationId;
  readonly signalId: number;
}

const prefix = 'sign_1';
// Ids of before the signal protocol have the same layout, and callers may still hold code that builds them.
const oldPrefix = 'prom_1';
const encodedLength = 38;

/** SDKs build the same text from the id bytes that Start carried. */
export function formatAwakeableId(invocation: InvocationId, signalId: number): string {
  const bytes = new Uint8Array(invocationIdBytes + 4);
  bytes.set(invocationIdToBytes(invocation));
  new DataView(bytes.buffer).setUint32(invocationIdBytes, signalId);
  return prefix + encodeBase64url(bytes);
}

/** Undefined when the text is no awakeable id. Signal id 0 does not exist. */
export function parseAwakeableId(text: string): AwakeableTarget | undefined {
  if (!text.startsWith(prefix) && !text.startsWith(oldPrefix)) return undefined;
  if (text.length !== prefix.length + encodedLength) return undefined;
  const bytes = decodeBase64url(text.slice(prefix.length));
  if (bytes === undefined || bytes.length !== invocationIdBytes + 4) return undefined;
  const signalId = new DataView(bytes.buffer).getUint32(invocationIdBytes);
  if (signalId === 0) return undefined;
  return { invocation: invocationIdFromBytes(bytes.subarray(0, invocationIdBytes)), signalId };
}
