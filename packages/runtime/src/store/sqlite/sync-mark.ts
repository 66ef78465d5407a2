/**
 * How far the write-ahead log has been synced, in a small file beside it.
 *
 * SQLite takes the log as far as it can be read, because what a power loss tore was never promised. That makes a bit that flipped in the middle
 * look like a torn end, and everything behind it, acknowledged or not, would be gone without a word. The mark tells the two apart. It is
 * written after a sync and never synced itself: on the disk it may be older than the log, and then protects less; it is never ahead.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { integerOf } from './statements/row.ts';
import { FRAME_HEADER_BYTES, LOG_HEADER_BYTES } from './write-log-format.ts';

const MARK_BYTES = 20;

export interface MarkedLog {
  /** Of the log that was synced; one that began again since has another. */
  readonly salt: bigint;
  /** From the start of the log. */
  readonly bytes: number;
}

export function syncMarkPath(directory: string): string {
  return join(directory, 'holdfast.synced');
}

/** `undefined` when there is no mark, or none that can be read. */
export function readSyncMark(directory: string): MarkedLog | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(syncMarkPath(directory));
  } catch {
    return undefined;
  }
  if (bytes.length !== MARK_BYTES || bytes.readUInt32BE(16) !== crc32(bytes.subarray(0, 16))) return undefined;
  return { salt: bytes.readBigUInt64BE(0), bytes: Number(bytes.readBigUInt64BE(8)) };
}

/**
 * Makes an empty mark, and syncs that. Called when the log was copied into the database and before it begins again: a power loss may leave the
 * beginnings of the new log under the header of the old one, which would look like damage.
 */
export function clearSyncMark(directory: string): void {
  const descriptor = openSync(syncMarkPath(directory), 'a');
  try {
    ftruncateSync(descriptor, 0);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export class SyncMark {
  readonly #measure: StatementSync;
  readonly #log: number;
  readonly #mark: number;
  readonly #header = Buffer.alloc(LOG_HEADER_BYTES);
  readonly #bytes = Buffer.alloc(MARK_BYTES);

  constructor(parts: { readonly database: DatabaseSync; readonly directory: string; readonly logPath: string }) {
    this.#measure = parts.database.prepare('pragma wal_checkpoint(noop)');
    // The log carries none of SQLite's locks, so that a descriptor of our own is harmless.
    this.#log = openSync(parts.logPath, 'r');
    this.#mark = openSync(syncMarkPath(parts.directory), 'r+');
  }

  /** How far the log goes now; outside of a transaction. `undefined` when SQLite does not say. */
  look(): MarkedLog | undefined {
    readSync(this.#log, this.#header, 0, LOG_HEADER_BYTES, 0);
    const frames = integerOf(this.#measure.get() ?? {}, 'log');
    if (frames < 0) return undefined;
    const pageBytes = this.#header.readUInt32BE(8);
    return {
      salt: this.#header.readBigUInt64BE(16),
      bytes: LOG_HEADER_BYTES + frames * (FRAME_HEADER_BYTES + pageBytes),
    };
  }

  /** After a sync that began when `look` said so. */
  write({ salt, bytes }: MarkedLog): void {
    this.#bytes.writeBigUInt64BE(salt, 0);
    this.#bytes.writeBigUInt64BE(BigInt(bytes), 8);
    this.#bytes.writeUInt32BE(crc32(this.#bytes.subarray(0, 16)), 16);
    try {
      writeSync(this.#mark, this.#bytes, 0, MARK_BYTES, 0);
    } catch {
      // On a full disk the mark stays behind, which is allowed; the log itself decides what is acknowledged.
    }
  }

  close(): void {
    closeSync(this.#log);
    closeSync(this.#mark);
  }
}
