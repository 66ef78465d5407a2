import { concatFrames } from '@holdfast/protocol';

/** What an endpoint is sent behind its replay. Frames gather until they are taken, so that a release costs one write. */
export class OutboundFrames {
  readonly #replayedThrough: number;
  #frames: Uint8Array[] = [];
  #sentThrough: number;

  /** Entries `[0, replayedThrough)` are part of the replay. */
  constructor(replayedThrough: number) {
    this.#replayedThrough = replayedThrough;
    this.#sentThrough = replayedThrough;
  }

  /** One more than the highest entry index that the endpoint was sent. */
  get sentThrough(): number {
    return this.#sentThrough;
  }

  /** A journal entry, or the short ack in its place. */
  addEntry(index: number, frame: Uint8Array): void {
    if (index < this.#replayedThrough) return;
    this.#frames.push(frame);
    this.#sentThrough = index + 1;
  }

  add(frame: Uint8Array): void {
    this.#frames.push(frame);
  }

  take(): Uint8Array | undefined {
    const frames = this.#frames;
    this.#frames = [];
    return frames.length > 1 ? concatFrames(frames) : frames[0];
  }

  clear(): void {
    this.#frames = [];
  }
}
