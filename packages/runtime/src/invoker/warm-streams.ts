import type { StartAttempt } from '../engine/effect.ts';
import { isSameAttempt } from '../engine/attempt-name.ts';
import type { AttemptRequest, AttemptStream, AttemptStreamListener, Transport } from './transport.ts';

/** A stream that was opened for an attempt before the attempt may begin: the endpoint has the request's head, and nothing of its body. */
export class WarmStream implements AttemptStreamListener {
  readonly order: StartAttempt;
  readonly #stream: AttemptStream;
  #listener: AttemptStreamListener | undefined;
  #heard: ((listener: AttemptStreamListener) => void)[] = [];
  #answered = false;
  #lost = false;

  constructor(order: StartAttempt, request: AttemptRequest, transport: Transport) {
    this.order = order;
    this.#stream = transport.open(request, this);
  }

  /** Hands the stream over. As with a new stream, the listener hears nothing before this has returned. */
  adopt(listener: AttemptStreamListener): AttemptStream {
    queueMicrotask(() => {
      // Before the listener hears anything: it may pause by itself.
      this.#stream.resume();
      for (const tell of this.#heard) tell(listener);
      this.#heard = [];
      this.#listener = listener;
    });
    return this.#stream;
  }

  reset(): void {
    this.#stream.reset();
  }

  /** Its connection ended without a word of the endpoint. Nothing was asked of it yet, so another stream may be. */
  get isLost(): boolean {
    return this.#lost;
  }

  onHead(...told: Parameters<AttemptStreamListener['onHead']>): void {
    this.#answered = true;
    this.#tell((listener) => listener.onHead(...told));
  }

  onChunk(chunk: Uint8Array): void {
    // An endpoint that sends before it was sent anything must not fill the memory while the disk is slow.
    if (this.#listener === undefined) this.#stream.pause();
    this.#tell((listener) => listener.onChunk(chunk));
  }

  onEnd(): void {
    this.#lost = !this.#answered;
    this.#tell((listener) => listener.onEnd());
  }

  onFailure(...told: Parameters<AttemptStreamListener['onFailure']>): void {
    this.#lost = !this.#answered && told[0].kind === 'lost';
    this.#tell((listener) => listener.onFailure(...told));
  }

  #tell(tell: (listener: AttemptStreamListener) => void): void {
    if (this.#listener === undefined) this.#heard.push(tell);
    else tell(this.#listener);
  }
}

/**
 * Streams of attempts that are ordered in a batch which is not durable yet. An endpoint takes as long to take a stream as a disk takes to
 * sync; one wait covers the other. Nothing that could make user code run is sent before the order is released.
 */
export class WarmStreams {
  #streams: WarmStream[] = [];

  add(stream: WarmStream): void {
    this.#streams.push(stream);
  }

  take(order: StartAttempt): WarmStream | undefined {
    const index = this.#streams.findIndex((stream) => isSameAttempt(stream.order, order));
    if (index === -1) return undefined;
    return this.#streams.splice(index, 1)[0];
  }

  /** Gives up what nobody took, and returns its orders: they were never released. */
  clear(): readonly StartAttempt[] {
    const left = this.#streams.splice(0);
    for (const stream of left) stream.reset();
    return left.map((stream) => stream.order);
  }
}
