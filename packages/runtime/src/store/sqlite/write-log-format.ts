/** What SQLite's write-ahead log looks like on disk, as far as it must be read here: https://www.sqlite.org/fileformat2.html#walformat */

export const LOG_HEADER_BYTES = 32;
export const FRAME_HEADER_BYTES = 24;

export interface LogHeader {
  readonly pageBytes: number;
  /** Two numbers that every frame of the log repeats; a log that begins again has others. */
  readonly salt: bigint;
  /** What the first frame's checksum goes on from. */
  readonly checksum: LogChecksum;
  readonly isBigEndian: boolean;
}

export interface LogChecksum {
  readonly first: number;
  readonly second: number;
}

const MAGIC = 0x377f0682;

/** `undefined` when the bytes are no header, or a damaged one. */
export function readLogHeader(bytes: Buffer): LogHeader | undefined {
  if (bytes.length < LOG_HEADER_BYTES) return undefined;
  const magic = bytes.readUInt32BE(0);
  if ((magic & ~1) >>> 0 !== MAGIC) return undefined;
  const isBigEndian = (magic & 1) === 1;
  const checksum = addToChecksum({ first: 0, second: 0 }, bytes.subarray(0, 24), isBigEndian);
  if (checksum.first !== bytes.readUInt32BE(24) || checksum.second !== bytes.readUInt32BE(28)) return undefined;
  return { pageBytes: bytes.readUInt32BE(8), salt: bytes.readBigUInt64BE(16), checksum, isBigEndian };
}

/** Goes on with a checksum over whole pairs of words. */
export function addToChecksum(before: LogChecksum, bytes: Buffer, isBigEndian: boolean): LogChecksum {
  let { first, second } = before;
  for (let at = 0; at < bytes.length; at += 8) {
    first = (first + (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + second) >>> 0;
    second = (second + (isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + first) >>> 0;
  }
  return { first, second };
}
