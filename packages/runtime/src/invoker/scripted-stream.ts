import { decodeRuntimeMessage, decodeStoredEntry, type Frame, MessageType, splitFrames } from '@holdfast/protocol';
import type { AttemptRequest, AttemptStream, AttemptStreamListener, ResponseHead, Transport } from './transport.ts';

/** What an attempt did to its stream, and what a test lets the endpoint answer. */
export class ScriptedStream implements AttemptStream {
  readonly request: AttemptRequest;
  readonly writes: Uint8Array[] = [];
  connected = false;
  halfClosed = false;
  wasReset = false;
  paused = false;
  readonly #listener: AttemptStreamListener;

  constructor(request: AttemptRequest, listener: AttemptStreamListener) {
    this.request = request;
    this.#listener = listener;
  }

  get frames(): readonly Frame[] {
    return this.writes.flatMap((bytes) => splitFrames(bytes));
  }

  /** Kinds of the messages that the endpoint was sent, in order. */
  get sent(): readonly string[] {
    return this.frames.map((frame) => describe(frame));
  }

  write(bytes: Uint8Array): void {
    if (this.halfClosed) throw new Error('An attempt wrote after it had closed its request.');
    this.writes.push(bytes);
  }

  halfClose(): void {
    this.halfClosed = true;
  }

  reset(): void {
    this.halfClosed = true;
    this.wasReset = true;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  answer(head: Partial<ResponseHead> = {}): this {
    const contentType = this.request.headers['content-type'] ?? '';
    this.connected = true;
    if (!this.wasReset) this.#listener.onHead({ status: 200, contentType, ...head });
    return this;
  }

  send(...chunks: readonly Uint8Array[]): this {
    for (const chunk of chunks) if (!this.wasReset) this.#listener.onChunk(chunk);
    return this;
  }

  end(): void {
    if (!this.wasReset) this.#listener.onEnd();
  }

  break(message = 'lost the connection: read ECONNRESET.'): void {
    if (!this.wasReset) this.#listener.onFailure({ kind: 'lost', message });
  }

  refuse(message = 'could not be reached: connect ECONNREFUSED 127.0.0.1:9080.'): void {
    if (!this.wasReset) this.#listener.onFailure({ kind: 'unreachable', message });
  }
}

export class ScriptedTransport implements Transport {
  readonly streams: ScriptedStream[] = [];

  open(request: AttemptRequest, listener: AttemptStreamListener): AttemptStream {
    const stream = new ScriptedStream(request, listener);
    this.streams.push(stream);
    return stream;
  }

  /** The stream that was opened last. */
  get last(): ScriptedStream {
    const stream = this.streams.at(-1);
    if (stream === undefined) throw new Error('No attempt has opened a stream.');
    return stream;
  }
}

function describe(frame: Frame): string {
  if (frame.type >= MessageType.InputCommand && frame.type < 0x8000) return `replay ${decodeStoredEntry(frame).kind}`;
  const message = decodeRuntimeMessage(frame);
  if (message.kind === 'notification') return `${message.of} notification`;
  return message.kind;
}
