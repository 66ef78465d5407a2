import {
  closeFrame,
  openFrame,
  writeBool,
  writeBytes,
  writePresentString,
  writePresentUint64,
  writeString,
  writeUint32,
  writeUint64,
} from './frame-writer.ts';
import type { ProtocolVersion, Start } from './message.ts';
import type { MessageReader } from './message-reader.ts';
import { MessageType } from './message-type.ts';
import { readBytesPair, writeBytesPair } from './result-codec.ts';

/**
 * This encodes the first frame of an attempt.
 *
 * The random seed is written for every version: V5 SDKs derive their own and ignore the field. The idempotency key is
 * part of V7 only.
 */
export function encodeStart(start: Start, version: ProtocolVersion): Uint8Array {
  const writer = openFrame();
  writeBytes(writer, 1, start.id);
  writeString(writer, 2, start.debugId);
  writeUint32(writer, 3, start.knownEntries);
  for (const [key, value] of start.state) writeBytesPair(writer, 4, key, value);
  writeBool(writer, 5, start.partialState);
  writeString(writer, 6, start.key);
  writeUint32(writer, 7, start.retryCountSinceLastStoredEntry);
  writeUint64(writer, 8, start.durationSinceLastStoredEntryMs);
  if (start.randomSeed !== 0n) writePresentUint64(writer, 9, start.randomSeed);
  if (version === 7 && start.idempotencyKey !== undefined) writePresentString(writer, 12, start.idempotencyKey);
  return closeFrame(MessageType.Start);
}

export function readStart(reader: MessageReader): Start {
  let id: Uint8Array = new Uint8Array(0);
  let debugId = '';
  let knownEntries = 0;
  const state: (readonly [Uint8Array, Uint8Array])[] = [];
  let partialState = false;
  let key = '';
  let retryCountSinceLastStoredEntry = 0;
  let durationSinceLastStoredEntryMs = 0;
  let randomSeed = 0n;
  let idempotencyKey: string | undefined;
  while (reader.next()) {
    if (reader.field === 1) id = reader.bytes();
    else if (reader.field === 2) debugId = reader.string();
    else if (reader.field === 3) knownEntries = reader.uint32();
    else if (reader.field === 4) state.push(reader.message(readBytesPair));
    else if (reader.field === 5) partialState = reader.bool();
    else if (reader.field === 6) key = reader.string();
    else if (reader.field === 7) retryCountSinceLastStoredEntry = reader.uint32();
    else if (reader.field === 8) durationSinceLastStoredEntryMs = reader.safeUint64();
    else if (reader.field === 9) randomSeed = reader.uint64();
    else if (reader.field === 12) idempotencyKey = reader.string();
    else reader.skip();
  }
  if (id.length === 0) throw reader.malformed('it has no invocation id');
  if (knownEntries === 0) throw reader.malformed('it announces no entries, not even the input');
  return {
    kind: 'start',
    id,
    debugId,
    knownEntries,
    state,
    partialState,
    key,
    retryCountSinceLastStoredEntry,
    durationSinceLastStoredEntryMs,
    randomSeed,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}
