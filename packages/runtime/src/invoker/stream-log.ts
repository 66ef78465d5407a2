import type { AttemptStreamListener, ResponseHead, StreamFailure } from './transport.ts';

/** Writes down what a stream told, and lets a test wait for it. */
export class StreamLog implements AttemptStreamListener {
  head: ResponseHead | undefined;
  failure: StreamFailure | undefined;
  isOver = false;
  /** Resolves when the stream ended or failed. */
  readonly ended: Promise<void>;
  readonly #chunks: Uint8Array[] = [];
  readonly #end: () => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
  }

  get byteCount(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  get bytes(): number[] {
    return this.#chunks.flatMap((chunk) => [...chunk]);
  }

  /** Looks again after every turn of the event loop; the time limit of the test bounds it. */
  async until(condition: () => boolean): Promise<void> {
    do {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    } while (!condition());
  }

  onHead(head: ResponseHead): void {
    this.head = head;
  }

  onChunk(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  onEnd(): void {
    this.isOver = true;
    this.#end();
  }

  onFailure(failure: StreamFailure): void {
    this.failure = failure;
    this.isOver = true;
    this.#end();
  }
}
