import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { frameHeaderBytes, writeFrameHeader } from './frame.ts';

// One writer serves all frames: encoding is synchronous, and reuse leaves one allocation per frame, the result itself.
let sharedWriter = new BinaryWriter();
let frameOpen = false;
const headerRoom = new Uint8Array(frameHeaderBytes);
// A writer keeps the largest buffer it ever needed; above this size that memory is worth more than the reuse.
const keptBytesMax = 64 * 1024;

/** Begins a frame; the writer is valid until `closeFrame`, and no other frame may be opened between. */
export function openFrame(): BinaryWriter {
  // A frame left open means an encoder threw half-way; its bytes must not leak into the next one.
  if (frameOpen) sharedWriter = new BinaryWriter();
  frameOpen = true;
  return sharedWriter.raw(headerRoom);
}

export function closeFrame(type: number, ackRequested = false): Uint8Array {
  const bytes = sharedWriter.finish();
  frameOpen = false;
  if (bytes.length > keptBytesMax) sharedWriter = new BinaryWriter();
  writeFrameHeader(bytes, { type, ackRequested, bodyBytes: bytes.length - frameHeaderBytes });
  return bytes;
}

/** Writes the field unless it is 0, which is what an absent field means. */
export function writeUint32(writer: BinaryWriter, field: number, value: number): void {
  if (value !== 0) writePresentUint32(writer, field, value);
}

/** Writes the field even when it is 0: for optional fields and members of a choice. */
export function writePresentUint32(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).uint32(value);
}

export function writeUint64(writer: BinaryWriter, field: number, value: number | bigint): void {
  if (value !== 0 && value !== 0n) writePresentUint64(writer, field, value);
}

export function writePresentUint64(writer: BinaryWriter, field: number, value: number | bigint): void {
  writer.tag(field, WireType.Varint);
  if (typeof value === 'number' && value <= 0xffff_ffff) writer.uint32(value);
  else writer.uint64(value);
}

export function writeBool(writer: BinaryWriter, field: number, value: boolean): void {
  if (value) writer.tag(field, WireType.Varint).bool(true);
}

export function writeString(writer: BinaryWriter, field: number, value: string): void {
  if (value !== '') writePresentString(writer, field, value);
}

export function writePresentString(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

export function writeBytes(writer: BinaryWriter, field: number, value: Uint8Array): void {
  if (value.length > 0) writePresentBytes(writer, field, value);
}

export function writePresentBytes(writer: BinaryWriter, field: number, value: Uint8Array): void {
  writer.tag(field, WireType.LengthDelimited).bytes(value);
}

export function writePackedUint32s(writer: BinaryWriter, field: number, values: readonly number[]): void {
  if (values.length === 0) return;
  openMessage(writer, field);
  for (const value of values) writer.uint32(value);
  writer.join();
}

/** Begins a nested message; `writer.join()` ends it. An empty one is written too: its presence is its meaning. */
export function openMessage(writer: BinaryWriter, field: number): void {
  writer.tag(field, WireType.LengthDelimited).fork();
}
