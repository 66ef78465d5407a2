import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { openMessage, writeBytes, writePresentBytes, writeString, writeUint32 } from './frame-writer.ts';
import type { Failure, Header, Result } from './message.ts';
import type { MessageReader } from './message-reader.ts';

const emptyBytes = new Uint8Array(0);

// Real messages carry tens of headers (an ingress stops at about 2000); a hostile one could carry ten million.
const headersMax = 10_000;
const metadataMax = 10_000;

export function readValue(reader: MessageReader): Uint8Array {
  let content: Uint8Array = emptyBytes;
  while (reader.next()) {
    if (reader.field === 1) content = reader.bytes();
    else reader.skip();
  }
  return content;
}

/** Writes a Value without measuring twice: its size follows from the content's. */
export function writeValue(writer: BinaryWriter, field: number, content: Uint8Array): void {
  writer.tag(field, WireType.LengthDelimited);
  if (content.length === 0) {
    writer.uint32(0);
    return;
  }
  writer.uint32(1 + varintBytes(content.length) + content.length);
  writePresentBytes(writer, 1, content);
}

export function readVoid(reader: MessageReader): void {
  while (reader.next()) reader.skip();
}

export function writeVoid(writer: BinaryWriter, field: number): void {
  writer.tag(field, WireType.LengthDelimited).uint32(0);
}

export function readFailure(reader: MessageReader): Failure {
  let code = 0;
  let message = '';
  const metadata: (readonly [string, string])[] = [];
  while (reader.next()) {
    if (reader.field === 1) code = reader.uint32();
    else if (reader.field === 2) message = reader.string();
    else if (reader.field === 3) {
      if (metadata.length >= metadataMax)
        throw reader.malformed(`a failure has more than ${metadataMax} metadata entries`);
      metadata.push(reader.message(readStringPair));
    } else reader.skip();
  }
  return { code, message, metadata };
}

export function writeFailure(writer: BinaryWriter, field: number, failure: Failure): void {
  openMessage(writer, field);
  writeUint32(writer, 1, failure.code);
  writeString(writer, 2, failure.message);
  for (const [key, value] of failure.metadata) writeStringPair(writer, 3, key, value);
  writer.join();
}

/** Which fields carry the two outcomes differs per message. */
export function writeResult(
  writer: BinaryWriter,
  result: Result,
  fields: { readonly value: number; readonly failure: number },
): void {
  if (result.kind === 'success') writeValue(writer, fields.value, result.value);
  else writeFailure(writer, fields.failure, result.failure);
}

export function readSuccess(reader: MessageReader): Result {
  return { kind: 'success', value: reader.message(readValue) };
}

export function readFailed(reader: MessageReader): Result {
  return { kind: 'failure', failure: reader.message(readFailure) };
}

export function readHeaderInto(reader: MessageReader, headers: Header[]): void {
  if (headers.length >= headersMax) throw reader.malformed(`it has more than ${headersMax} headers`);
  const [key, value] = reader.message(readStringPair);
  headers.push({ key, value });
}

export function writeHeaders(writer: BinaryWriter, field: number, headers: readonly Header[]): void {
  for (const { key, value } of headers) writeStringPair(writer, field, key, value);
}

export function readStateKeys(reader: MessageReader): Uint8Array[] {
  const keys: Uint8Array[] = [];
  while (reader.next()) {
    if (reader.field === 1) keys.push(reader.bytes());
    else reader.skip();
  }
  return keys;
}

export function writeStateKeys(writer: BinaryWriter, field: number, keys: readonly Uint8Array[]): void {
  openMessage(writer, field);
  // An element is written even when empty: a repeated field has no absent elements.
  for (const key of keys) writePresentBytes(writer, 1, key);
  writer.join();
}

export function readBytesPair(reader: MessageReader): readonly [Uint8Array, Uint8Array] {
  let first: Uint8Array = emptyBytes;
  let second: Uint8Array = emptyBytes;
  while (reader.next()) {
    if (reader.field === 1) first = reader.bytes();
    else if (reader.field === 2) second = reader.bytes();
    else reader.skip();
  }
  return [first, second];
}

export function writeBytesPair(writer: BinaryWriter, field: number, first: Uint8Array, second: Uint8Array): void {
  openMessage(writer, field);
  writeBytes(writer, 1, first);
  writeBytes(writer, 2, second);
  writer.join();
}

function readStringPair(reader: MessageReader): readonly [string, string] {
  let first = '';
  let second = '';
  while (reader.next()) {
    if (reader.field === 1) first = reader.string();
    else if (reader.field === 2) second = reader.string();
    else reader.skip();
  }
  return [first, second];
}

function writeStringPair(writer: BinaryWriter, field: number, first: string, second: string): void {
  openMessage(writer, field);
  writeString(writer, 1, first);
  writeString(writer, 2, second);
  writer.join();
}

function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}
