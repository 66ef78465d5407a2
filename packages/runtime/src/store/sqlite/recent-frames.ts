/**
 * Frames that were just written to the log or read from it, by sequence. Most invocations stop soon after they ran, and their frames are
 * then copied into pages without being read back. The size is fixed; what does not fit is read from the log.
 */
export class RecentFrames {
  readonly #frames = new Map<number, Uint8Array>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number = 16 * 1024 * 1024) {
    this.#bytesMax = bytesMax;
  }

  add(sequence: number, frames: Uint8Array): void {
    if (frames.length > this.#bytesMax) return;
    this.#frames.set(sequence, frames);
    this.#bytes += frames.length;
    // The oldest belong to invocations that run for long, and will not be wanted soon.
    for (const oldest of this.#frames.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.remove(oldest);
    }
  }

  find(sequence: number): Uint8Array | undefined {
    return this.#frames.get(sequence);
  }

  remove(sequence: number): void {
    const found = this.#frames.get(sequence);
    if (found === undefined) return;
    this.#bytes -= found.length;
    this.#frames.delete(sequence);
  }
}
