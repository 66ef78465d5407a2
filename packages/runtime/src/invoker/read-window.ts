/**
 * Bounds what one stream has in flight between socket and disk. `take` answers when reading must stop, `give` when it may go
 * on; half the limit lies between, so that a stream at the limit is not paused and resumed for every message.
 */
export class ReadWindow {
  readonly #bytesMax: number;
  #bytes = 0;
  #paused = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get unacknowledged(): number {
    return this.#bytes;
  }

  take(bytes: number): boolean {
    this.#bytes += bytes;
    if (this.#paused || this.#bytes <= this.#bytesMax) return false;
    this.#paused = true;
    return true;
  }

  give(bytes: number): boolean {
    this.#bytes -= bytes;
    if (!this.#paused || this.#bytes > this.#bytesMax / 2) return false;
    this.#paused = false;
    return true;
  }
}
