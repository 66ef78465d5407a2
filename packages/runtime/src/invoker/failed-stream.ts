import type { AttemptStream, AttemptStreamListener, StreamFailure } from './transport.ts';

/** A stream that could not even be asked for. It says so a moment later, as a real one would. */
export class FailedStream implements AttemptStream {
  readonly connected = false;
  #listener: AttemptStreamListener | undefined;

  constructor(failure: StreamFailure, listener: AttemptStreamListener) {
    this.#listener = listener;
    queueMicrotask(() => this.#listener?.onFailure(failure));
  }

  reset(): void {
    this.#listener = undefined;
  }

  write(): void {}
  halfClose(): void {}
  pause(): void {}
  resume(): void {}
}
