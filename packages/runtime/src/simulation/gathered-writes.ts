/**
 * What is written in one turn of the event loop leaves in one piece, as a socket does it: then one read of the other side holds many
 * messages, and a broken one shares it with whole ones.
 */
import { concatFrames } from '@holdfast/protocol';

export class GatheredWrites {
  readonly #send: (bytes: Uint8Array) => void;
  #waiting: Uint8Array[] = [];

  constructor(send: (bytes: Uint8Array) => void) {
    this.#send = send;
  }

  add(bytes: Uint8Array): void {
    if (this.#waiting.length === 0) queueMicrotask(() => this.flush());
    this.#waiting.push(bytes);
  }

  /** Before anything else leaves on the same stream. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const bytes = concatFrames(this.#waiting);
    this.#waiting = [];
    this.#send(bytes);
  }
}
