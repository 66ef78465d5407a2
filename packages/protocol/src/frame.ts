import { isKnownType, messageTypeName } from './message-type.ts';
import { ProtocolError } from './protocol-error.ts';

/**
 * A message with its 8-byte header, big-endian: type (u16), flags (u16), payload length (u32).
 *
 * `body` and `bytes` are views over the received memory wherever the frame arrived in one piece; whoever keeps a small
 * frame of a large chunk for long should copy it.
 */
export interface Frame {
  readonly type: number;
  readonly ackRequested: boolean;
  /** The payload. */
  readonly body: Uint8Array;
  /** Header and payload as they are stored: the ack flag is cleared, because it speaks about one stream only. */
  readonly bytes: Uint8Array;
}

export interface FrameHeader {
  readonly type: number;
  readonly ackRequested: boolean;
  readonly bodyBytes: number;
}

export const frameHeaderBytes = 8;
/** Payloads above this size are refused unless configured otherwise. */
export const defaultFrameBytesMax: number = 32 * 1024 * 1024;

// The ack flag is the highest bit of the flags; no other bit has a meaning.
const ackFlagHighByte = 0x80;

/** This reads the header at `offset`; the caller knows that its 8 bytes are there. Refuses unknown flags and types. */
export function decodeFrameHeader(bytes: Uint8Array, offset: number, bodyBytesMax: number): FrameHeader {
  const [typeHigh = 0, typeLow = 0, flagsHigh = 0, flagsLow = 0] = bytes.subarray(offset, offset + 4);
  const type = (typeHigh << 8) | typeLow;
  if (!isKnownType(type)) {
    throw new ProtocolError('UNKNOWN_MESSAGE', {
      message: `Message type ${messageTypeName(type)} is not part of service protocol V5 to V7.`,
      hint: 'Check that the deployment speaks the version it negotiated and that nothing on the way rewrites the stream.',
      details: { type },
    });
  }
  if (flagsLow !== 0 || (flagsHigh & ~ackFlagHighByte) !== 0) {
    throw new ProtocolError('MALFORMED_FRAME', {
      message: `The header of ${messageTypeName(type)} has unknown flag bits 0x${((flagsHigh << 8) | flagsLow).toString(16).padStart(4, '0')}.`,
      hint: 'Only 0x8000 (ack requested) is defined.',
      details: { type, flags: (flagsHigh << 8) | flagsLow },
    });
  }
  const bodyBytes = readUint32(bytes, offset + 4);
  if (bodyBytes > bodyBytesMax) {
    throw new ProtocolError('FRAME_TOO_LARGE', {
      message: `${messageTypeName(type)} announces ${bodyBytes} bytes; the limit is ${bodyBytesMax}.`,
      hint: 'Keep large payloads in an object store and pass references, or raise the message size limit.',
      details: { type, bodyBytes, bodyBytesMax },
    });
  }
  return { type, ackRequested: flagsHigh === ackFlagHighByte, bodyBytes };
}

export function writeFrameHeader(bytes: Uint8Array, header: FrameHeader): void {
  bytes[0] = header.type >>> 8;
  bytes[1] = header.type;
  bytes[2] = header.ackRequested ? ackFlagHighByte : 0;
  bytes[3] = 0;
  bytes[4] = header.bodyBytes >>> 24;
  bytes[5] = header.bodyBytes >>> 16;
  bytes[6] = header.bodyBytes >>> 8;
  bytes[7] = header.bodyBytes;
}

/** This puts a header before a payload that is already encoded. */
export function encodeFrame(
  type: number,
  body: Uint8Array,
  options: { readonly ackRequested?: boolean } = {},
): Uint8Array {
  const bytes = new Uint8Array(frameHeaderBytes + body.length);
  writeFrameHeader(bytes, { type, ackRequested: options.ackRequested ?? false, bodyBytes: body.length });
  bytes.set(body, frameHeaderBytes);
  return bytes;
}

/** This cuts the frame out of memory that holds all of it. */
export function sliceFrame(bytes: Uint8Array, offset: number, header: FrameHeader): Frame {
  const end = offset + frameHeaderBytes + header.bodyBytes;
  let whole = bytes.subarray(offset, end);
  if (header.ackRequested) {
    // The received memory belongs to the caller, who may still compare or forward it: clear the flag in a copy.
    whole = whole.slice();
    whole[2] = 0;
  }
  return { type: header.type, ackRequested: header.ackRequested, body: whole.subarray(frameHeaderBytes), bytes: whole };
}

/**
 * This cuts stored, concatenated frames apart. Bytes that do not end with a whole frame are a damaged record: the error is
 * `TRUNCATED_FRAME`.
 */
export function splitFrames(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (bytes.length - offset < frameHeaderBytes) throw truncatedFrame(bytes.length - offset);
    const header = decodeFrameHeader(bytes, offset, bytes.length);
    if (bytes.length - offset - frameHeaderBytes < header.bodyBytes) throw truncatedFrame(bytes.length - offset);
    frames.push(sliceFrame(bytes, offset, header));
    offset += frameHeaderBytes + header.bodyBytes;
  }
  return frames;
}

/** This joins whole frames for one write or one stored record. */
export function concatFrames(frames: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const frame of frames) length += frame.length;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const frame of frames) {
    bytes.set(frame, offset);
    offset += frame.length;
  }
  return bytes;
}

export function truncatedFrame(leftoverBytes: number): ProtocolError {
  return new ProtocolError('TRUNCATED_FRAME', {
    message: `The bytes end inside a frame: ${leftoverBytes} bytes belong to no whole message.`,
    hint: 'The other side closed the stream early; look for a crash or a proxy that cuts responses.',
    details: { leftoverBytes },
  });
}

function readUint32(bytes: Uint8Array, offset: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(offset, offset + 4);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
