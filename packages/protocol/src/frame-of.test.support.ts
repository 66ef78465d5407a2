import { encodeFrame, type Frame, splitFrames } from './index.ts';

/** A frame whose payload is written by hand; spaces in the hexadecimal only help to read it. */
export function frameOf(type: number, hex: string): Frame {
  const body = Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  return whole(encodeFrame(type, body));
}

/** The one frame that the bytes are. */
export function whole(bytes: Uint8Array): Frame {
  const [frame] = splitFrames(bytes);
  if (frame === undefined) throw new Error('no frame');
  return frame;
}
