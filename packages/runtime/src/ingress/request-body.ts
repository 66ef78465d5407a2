import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import { ApiError } from '../api-error.ts';

export interface BodyLimits {
  readonly bodyBytesMax: number;
  /** Longest silence while a body arrives. */
  readonly bodyIdleMs: number;
}

const nothing = new Uint8Array(0);

/** Reads a whole body. Bounded in bytes and in silence: a slow sender may not hold memory for as long as it likes. */
export async function readBody(request: IncomingMessage, limits: BodyLimits, clock: Clock): Promise<Uint8Array> {
  const { headers } = request;
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (!hasBody || headers['content-length'] === '0') return nothing;
  if (Number(headers['content-length'] ?? 0) > limits.bodyBytesMax) throw tooLarge(limits);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let heardAt = clock.now();
    const fail = (error: Error): void => {
      silence.cancel();
      chunks.length = 0;
      // What still arrives is read and dropped, so that the caller gets to reading the answer.
      request.removeAllListeners('data').resume();
      reject(error);
    };
    const checkSilence = (): void => {
      const remainingMs = heardAt + limits.bodyIdleMs - clock.now();
      if (remainingMs <= 0) return fail(timedOut(limits));
      silence = clock.setTimer(remainingMs, checkSilence);
    };
    let silence = clock.setTimer(limits.bodyIdleMs, checkSilence);
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      heardAt = clock.now();
      if (size > limits.bodyBytesMax) return fail(tooLarge(limits));
      chunks.push(chunk);
    });
    request.once('end', () => {
      silence.cancel();
      resolve(chunks.length === 1 ? (chunks[0] ?? nothing) : Buffer.concat(chunks, size));
    });
    request.once('error', fail);
  });
}

function tooLarge(limits: BodyLimits): ApiError {
  return new ApiError('BODY_TOO_LARGE', {
    message: `The body is larger than ${limits.bodyBytesMax} bytes.`,
    hint: 'Pass a reference to large content instead, or raise ingress.bodyBytesMax.',
    details: { bodyBytesMax: limits.bodyBytesMax },
  });
}

function timedOut(limits: BodyLimits): ApiError {
  return new ApiError('BODY_TIMEOUT', {
    message: `No byte of the body arrived for ${limits.bodyIdleMs} ms.`,
    hint: 'Send the body without long pauses. Nothing was accepted; the request can be repeated.',
  });
}
