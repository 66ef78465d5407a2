/** Looks, before SQLite does, whether everything that was synced of the write-ahead log can still be read. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { StoreError } from '../store-error.ts';
import type { MarkedLog } from './sync-mark.ts';
import { syncMarkPath } from './sync-mark.ts';
import { addToChecksum, FRAME_HEADER_BYTES, LOG_HEADER_BYTES, readLogHeader } from './write-log-format.ts';
import type { LogHeader } from './write-log-format.ts';

/** Throws `STORE_CORRUPT` when a part of the log that was synced is damaged. Nobody has the log open. */
export function verifyLog(place: {
  readonly logPath: string;
  readonly directory: string;
  readonly mark: MarkedLog | undefined;
}): void {
  const { logPath, mark } = place;
  if (mark === undefined) return;
  const descriptor = openIfThere(logPath);
  if (descriptor === undefined) return;
  try {
    const { size } = fstatSync(descriptor);
    // A log that was copied into the database is empty.
    if (size === 0) return;
    const head = readAt(descriptor, 0, LOG_HEADER_BYTES);
    const header = readLogHeader(head);
    if (header === undefined) throw damaged(place, 'its header cannot be read');
    // The log began again after the mark was written, with everything that was in it in the database.
    if (header.salt !== mark.salt) return;
    if (size < mark.bytes) throw damaged(place, `it has ${size} of ${mark.bytes} bytes`);
    verifyFrames(descriptor, header, place, mark);
  } finally {
    closeSync(descriptor);
  }
}

function verifyFrames(
  descriptor: number,
  header: LogHeader,
  place: { readonly logPath: string; readonly directory: string },
  mark: MarkedLog,
): void {
  const frameBytes = FRAME_HEADER_BYTES + header.pageBytes;
  let { checksum } = header;
  for (let at = LOG_HEADER_BYTES, number = 1; at + frameBytes <= mark.bytes; at += frameBytes, number += 1) {
    const frame = readAt(descriptor, at, frameBytes);
    const salt = frame.readBigUInt64BE(8);
    if (salt !== header.salt) {
      // Frames of a log that has just begun again may reach the disk before its header does.
      if (isSuccessor(header.salt, salt)) return;
      throw damaged(place, `frame ${number} belongs to another log`);
    }
    checksum = addToChecksum(checksum, frame.subarray(0, 8), header.isBigEndian);
    checksum = addToChecksum(checksum, frame.subarray(FRAME_HEADER_BYTES), header.isBigEndian);
    if (checksum.first !== frame.readUInt32BE(16) || checksum.second !== frame.readUInt32BE(20))
      throw damaged(
        place,
        `frame ${number}, for page ${frame.readUInt32BE(0)} of the database, is not what was written`,
      );
  }
}

/** The first half of the salt counts, the second is random: one flipped bit never looks like it. */
function isSuccessor(salt: bigint, other: bigint): boolean {
  const isNext = other >> 32n === (((salt >> 32n) + 1n) & 0xffff_ffffn);
  return isNext && (other & 0xffff_ffffn) !== (salt & 0xffff_ffffn);
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
}

function damaged(place: { readonly logPath: string; readonly directory: string }, what: string): StoreError {
  return new StoreError('STORE_CORRUPT', {
    message: `The write-ahead log ${place.logPath} is damaged where it had been synced: ${what}. Work that was acknowledged stands behind it.`,
    hint: `Restore the data directory from a backup. To start without what stands behind the damage, remove ${syncMarkPath(place.directory)}.`,
    details: { file: place.logPath, reason: what },
  });
}
