import type { IncomingMessage } from 'node:http';
import { ApiError } from '../api-error.ts';
import type { IngressParts } from './ingress-parts.ts';

export interface BodyLimits {
  readonly bodyBytesMax: number;
  /** Of all bodies that have arrived and are not accepted yet. */
  readonly bufferedBytesMax: number;
  /** Longest silence while a body arrives. */
  readonly bodyIdleMs: number;
}

type BodyParts = Pick<IngressParts, 'limits' | 'clock' | 'bodies'>;

const nothing = new Uint8Array(0);

/**
 * Reads a body and gives it to `use`. Bounded in bytes, alone and with all others, and in silence: a slow sender may not hold memory
 * for as long as it likes. What `use` returns must not hold on to the bytes, which do not count any more after it.
 */
export async function withBody<T>(
  parts: BodyParts,
  request: IncomingMessage,
  use: (bytes: Uint8Array) => Promise<T> | T,
): Promise<T> {
  const { headers } = request;
  const length = headers['content-length'];
  const isEmpty = length === undefined ? headers['transfer-encoding'] === undefined : length === '0';
  if (isEmpty) return use(nothing);
  if (Number(length ?? 0) > parts.limits.bodyBytesMax) throw tooLarge(parts.limits);
  const reader = new BodyReader(parts, request);
  try {
    return await use(await reader.read());
  } finally {
    reader.release();
  }
}

class BodyReader {
  readonly #parts: BodyParts;
  readonly #request: IncomingMessage;
  #chunks: Buffer[] = [];
  #size = 0;
  #counted = 0;

  constructor(parts: BodyParts, request: IncomingMessage) {
    this.#parts = parts;
    this.#request = request;
  }

  release(): void {
    this.#parts.bodies.give(this.#counted);
    this.#counted = 0;
  }

  read(): Promise<Uint8Array> {
    const { clock, limits } = this.#parts;
    return new Promise((resolve, reject) => {
      let heardAt = clock.now();
      const fail = (error: Error): void => {
        silence.cancel();
        this.#chunks = [];
        // What still arrives is read and dropped, so that the caller gets to reading the answer.
        this.#request.removeAllListeners('data').resume();
        reject(error);
      };
      const checkSilence = (): void => {
        const remainingMs = heardAt + limits.bodyIdleMs - clock.now();
        if (remainingMs <= 0) return fail(timedOut(limits));
        silence = clock.setTimer(remainingMs, checkSilence);
      };
      let silence = clock.setTimer(limits.bodyIdleMs, checkSilence);
      this.#request.on('data', (chunk: Buffer) => {
        heardAt = clock.now();
        const refusal = this.#add(chunk);
        if (refusal !== undefined) fail(refusal);
      });
      this.#request.once('end', () => {
        silence.cancel();
        resolve(this.#join());
      });
      this.#request.once('error', fail);
    });
  }

  #add(chunk: Buffer): ApiError | undefined {
    this.#size += chunk.length;
    if (this.#size > this.#parts.limits.bodyBytesMax) return tooLarge(this.#parts.limits);
    if (!this.#parts.bodies.take(chunk.length)) return tooManyBytes(this.#parts.limits);
    this.#counted += chunk.length;
    this.#chunks.push(chunk);
    return undefined;
  }

  /** Keeps nothing: the listeners of a request live as long as its caller waits. */
  #join(): Uint8Array {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks.length === 1 ? (chunks[0] ?? nothing) : Buffer.concat(chunks, this.#size);
  }
}

function tooLarge(limits: BodyLimits): ApiError {
  return new ApiError('BODY_TOO_LARGE', {
    message: `The body is larger than ${limits.bodyBytesMax} bytes.`,
    hint: 'Pass a reference to large content instead, or raise ingress.bodyBytesMax.',
    details: { bodyBytesMax: limits.bodyBytesMax },
  });
}

function tooManyBytes(limits: BodyLimits): ApiError {
  return new ApiError('OVERLOADED', {
    message: `Bodies of more than ${limits.bufferedBytesMax} bytes are waiting to be accepted. This request had no effect.`,
    hint: 'Repeat it later, as retry-after says.',
  });
}

function timedOut(limits: BodyLimits): ApiError {
  return new ApiError('BODY_TIMEOUT', {
    message: `No byte of the body arrived for ${limits.bodyIdleMs} ms.`,
    hint: 'Send the body without long pauses. Nothing was accepted; the request can be repeated.',
  });
}
