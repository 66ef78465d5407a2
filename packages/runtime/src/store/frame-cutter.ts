/**
 * Cuts concatenated frames apart by their headers alone. Stores keep frames opaque, so nothing here knows message types: a frame is
 * eight bytes, of which the last four tell the length of the body that follows (big-endian).
 */
import { StoreError } from './store-error.ts';

const HEADER_BYTES = 8;

export function cutFrames(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const end = frameEnd(bytes, offset);
    frames.push(bytes.subarray(offset, end));
    offset = end;
  }
  return frames;
}

/** The part of `bytes` that holds frames `[skip, skip + count)`. */
export function sliceFrames(bytes: Uint8Array, skip: number, count: number): Uint8Array {
  let start = 0;
  for (let index = 0; index < skip && start < bytes.length; index += 1) start = frameEnd(bytes, start);
  let end = start;
  for (let index = 0; index < count && end < bytes.length; index += 1) end = frameEnd(bytes, end);
  return bytes.subarray(start, end);
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function frameEnd(bytes: Uint8Array, offset: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(offset + 4, offset + HEADER_BYTES);
  const end = offset + HEADER_BYTES + (((a << 24) | (b << 16) | (c << 8) | d) >>> 0);
  if (end > bytes.length) {
    throw new StoreError('STORE_CORRUPT', {
      message: `Stored frames end ${end - bytes.length} bytes too early.`,
      hint: 'The store is damaged. Restore the data directory from a backup.',
      details: { offset, storedBytes: bytes.length },
    });
  }
  return end;
}
