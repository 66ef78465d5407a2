import {
  decodeEndpointMessage,
  type EndpointMessage,
  type Frame,
  FrameReader,
  type ProtocolVersion,
} from '@holdfast/protocol';
import type { AttemptMessage } from '../engine/command.ts';

export interface InboundRead {
  /** Decoded in full, in order. */
  readonly messages: readonly AttemptMessage[];
  /** The last message ends the attempt. */
  readonly terminal: boolean;
  /** What is wrong with the bytes behind `messages`; nothing of it was taken. */
  readonly fault?: unknown;
}

/** Steps whose acknowledgement may be on its way at once; forgetting one costs a suspension that was not needed. */
const proposedRunsMax = 256;

/**
 * Turns what an endpoint sends into messages for the engine, and knows from them whether the handler computes or waits.
 *
 * A frame is decoded completely before anything of it is used: a malformed message never reaches the journal, those before
 * it do.
 */
export class InboundMessages {
  readonly #reader: FrameReader;
  readonly #version: ProtocolVersion;
  readonly #openRuns = new Set<number>();
  readonly #proposedRuns = new Set<number>();
  #awaiting = false;
  #hints = false;

  constructor(options: { readonly version: ProtocolVersion; readonly messageBytesMax: number }) {
    this.#reader = new FrameReader({ maxBytes: options.messageBytesMax });
    this.#version = options.version;
  }

  /** Bytes of a message that is not complete. */
  get pendingBytes(): number {
    return this.#reader.pendingBytes;
  }

  /** False while a step that this attempt announced has not proposed its result: asking for suspension could only wait. */
  get mayWait(): boolean {
    return this.#openRuns.size === 0;
  }

  /** True when the handler said so (V7): blocked, with no step executing, and not on the acknowledgement of its own step. */
  get saidWaiting(): boolean {
    return this.#awaiting;
  }

  /** True for a handler that tells when it waits; what it says last is then something else than waiting, or `saidWaiting`. */
  get saysWhenWaiting(): boolean {
    return this.#hints;
  }

  /** The runtime sent something: what the handler said before may no longer hold. */
  forgetWaiting(): void {
    this.#awaiting = false;
  }

  read(chunk: Uint8Array, seenThrough: number): InboundRead {
    let frames: readonly Frame[];
    try {
      frames = this.#reader.push(chunk);
    } catch (fault) {
      return { messages: [], terminal: false, fault };
    }
    const messages: AttemptMessage[] = [];
    for (const frame of frames) {
      let message: EndpointMessage;
      try {
        message = decodeEndpointMessage(frame, this.#version);
      } catch (fault) {
        return { messages, terminal: false, fault };
      }
      this.#observe(message);
      const forEngine = toAttemptMessage(message, frame, seenThrough);
      if (forEngine !== undefined) messages.push(forEngine);
    }
    // The reader takes nothing behind a terminal message, so a fault can only stand behind messages that go on.
    const { fault, terminated } = this.#reader;
    return fault === undefined ? { messages, terminal: terminated } : { messages, terminal: terminated, fault };
  }

  /** Gives the memory of a message that has begun back; nothing is read afterwards. */
  discard(): void {
    this.#reader.discard();
  }

  /** Throws when the stream ended inside a frame. */
  end(): void {
    this.#reader.end();
  }

  #observe(message: EndpointMessage): void {
    if (message.kind === 'awaitingOn') this.#hints = true;
    this.#awaiting =
      message.kind === 'awaitingOn' &&
      !message.executingSideEffects &&
      !message.completions.some((id) => this.#proposedRuns.has(id));
    if (message.kind === 'command' && message.command.kind === 'run') this.#openRuns.add(message.command.completionId);
    else if (message.kind === 'proposeRunCompletion') this.#notePropose(message.completionId);
  }

  /** The hint that the handler waits for the acknowledgement can cross it on the way, and must not be believed then. */
  #notePropose(completionId: number): void {
    this.#openRuns.delete(completionId);
    this.#proposedRuns.add(completionId);
    const [oldest] = this.#proposedRuns;
    if (oldest !== undefined && this.#proposedRuns.size > proposedRunsMax) this.#proposedRuns.delete(oldest);
  }
}

/** `undefined` for hints, which are not the engine's business. */
function toAttemptMessage(message: EndpointMessage, frame: Frame, seenThrough: number): AttemptMessage | undefined {
  switch (message.kind) {
    case 'command':
      return { kind: 'command', command: message.command, bytes: frame.bytes, ackRequested: frame.ackRequested };
    case 'proposeRunCompletion':
      return {
        kind: 'proposeRun',
        completionId: message.completionId,
        result: message.result,
        ackRequested: frame.ackRequested,
      };
    case 'suspension': {
      const { completions, signals, namedSignals } = message;
      return { kind: 'suspend', awaiting: { completions, signals, namedSignals }, seenThrough };
    }
    case 'end':
      return { kind: 'end' };
    case 'error':
      return { kind: 'error', error: message };
    case 'awaitingOn':
      return undefined;
  }
}
