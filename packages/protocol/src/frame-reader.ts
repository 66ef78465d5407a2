import {
  decodeFrameHeader,
  defaultFrameBytesMax,
  type Frame,
  type FrameHeader,
  frameHeaderBytes,
  sliceFrame,
  truncatedFrame,
} from './frame.ts';
import { isTerminalType } from './message-type.ts';
import { ProtocolError } from './protocol-error.ts';

/**
 * Cuts a byte stream into frames, whatever pieces it arrives in.
 *
 * A frame that lies whole in one chunk is a view over it; only a frame that spans chunks is copied. Headers are judged
 * before payloads are kept, and memory for a payload grows with what arrived, never with what a header promises.
 *
 * Frames before a fault are never lost: `push` returns them and keeps the fault in `fault`; it throws at once only when
 * the chunk completed no frame, and every later `push` or `end` throws it again.
 * After a terminal message the peer has nothing to say; later bytes are counted in `ignoredBytes` and dropped.
 */
export class FrameReader {
  readonly #bodyBytesMax: number;
  #pending: Uint8Array = new Uint8Array(0);
  #pendingBytes = 0;
  #pendingHeader: FrameHeader | undefined;
  #fault: ProtocolError | undefined;
  #terminated = false;
  #ignoredBytes = 0;

  constructor(options: { readonly maxBytes?: number } = {}) {
    this.#bodyBytesMax = options.maxBytes ?? defaultFrameBytesMax;
  }

  get fault(): ProtocolError | undefined {
    return this.#fault;
  }

  /** True after End, Suspension or Error. */
  get terminated(): boolean {
    return this.#terminated;
  }

  get ignoredBytes(): number {
    return this.#ignoredBytes;
  }

  /** Bytes of a frame that is not complete. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  push(chunk: Uint8Array): Frame[] {
    if (this.#fault !== undefined) throw this.#fault;
    const frames: Frame[] = [];
    try {
      this.#read(chunk, frames);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#fault = error;
      this.#drop();
      if (frames.length === 0) throw error;
    }
    return frames;
  }

  /** Gives the memory of a frame that has begun back. Nothing may be pushed afterwards. */
  discard(): void {
    this.#drop();
  }

  /** The stream is at its end. Throws the kept fault, or `TRUNCATED_FRAME` when a frame is not complete. */
  end(): void {
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#pendingBytes > 0) throw truncatedFrame(this.#pendingBytes);
  }

  #read(chunk: Uint8Array, frames: Frame[]): void {
    let offset = this.#pendingBytes > 0 ? this.#continue(chunk, frames) : 0;
    while (offset < chunk.length && !this.#terminated) {
      const available = chunk.length - offset;
      if (available < frameHeaderBytes) return this.#keep(chunk, offset, frameHeaderBytes);
      const header = decodeFrameHeader(chunk, offset, this.#bodyBytesMax);
      const length = frameHeaderBytes + header.bodyBytes;
      if (available < length) {
        this.#pendingHeader = header;
        return this.#keep(chunk, offset, length);
      }
      this.#emit(sliceFrame(chunk, offset, header), frames);
      offset += length;
    }
    this.#ignoredBytes += chunk.length - offset;
  }

  /** Feeds the frame that an earlier chunk began; answers how much of the chunk it took. */
  #continue(chunk: Uint8Array, frames: Frame[]): number {
    let offset = 0;
    if (this.#pendingHeader === undefined) {
      offset = this.#append(chunk, 0, frameHeaderBytes);
      if (this.#pendingBytes < frameHeaderBytes) return offset;
      this.#pendingHeader = decodeFrameHeader(this.#pending, 0, this.#bodyBytesMax);
    }
    const header = this.#pendingHeader;
    const length = frameHeaderBytes + header.bodyBytes;
    offset += this.#append(chunk, offset, length);
    if (this.#pendingBytes === length) {
      const frame = sliceFrame(this.#pending, 0, header);
      this.#drop();
      this.#emit(frame, frames);
    }
    return offset;
  }

  #emit(frame: Frame, frames: Frame[]): void {
    frames.push(frame);
    this.#terminated = isTerminalType(frame.type);
  }

  #keep(chunk: Uint8Array, offset: number, length: number): void {
    this.#append(chunk, offset, length);
  }

  /** Copies from the chunk until `length` bytes are pending; answers how many it copied. */
  #append(chunk: Uint8Array, offset: number, length: number): number {
    const taken = Math.min(chunk.length - offset, length - this.#pendingBytes);
    const needed = this.#pendingBytes + taken;
    if (needed > this.#pending.length) {
      const grown = new Uint8Array(Math.min(length, Math.max(needed, this.#pending.length * 2)));
      grown.set(this.#pending.subarray(0, this.#pendingBytes));
      this.#pending = grown;
    }
    this.#pending.set(chunk.subarray(offset, offset + taken), this.#pendingBytes);
    this.#pendingBytes = needed;
    return taken;
  }

  #drop(): void {
    this.#pending = new Uint8Array(0);
    this.#pendingBytes = 0;
    this.#pendingHeader = undefined;
  }
}
