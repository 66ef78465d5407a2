import { concatFrames, encodeCommand, encodeEnd, encodeError, encodeFrame } from '@holdfast/protocol';
import type { ErrorMessage } from '@holdfast/protocol';
import type { Stumble } from './program.ts';

/** The bytes with which an endpoint disappoints. */
export function encodeStumble(how: Exclude<Stumble, 'silence' | 'crash' | 'suspendOnRun'> | 'giveUp'): Uint8Array {
  const error: ErrorMessage = { kind: 'error', code: 500, message: how, stacktrace: '', behavior: 'retry' };
  switch (how) {
    case 'error':
      return encodeError(error);
    case 'errorWithDelay':
      return encodeError({ ...error, nextRetryDelayMs: 5 });
    case 'pause':
      return encodeError({ ...error, behavior: 'pause' });
    case 'giveUp':
      return encodeError({ ...error, behavior: 'fail' });
    case 'garbage':
      return encodeFrame(0xfc01, new Uint8Array([1, 2, 3]));
    case 'halfFrame':
      return encodeEnd().subarray(0, 5);
    case 'endWithoutOutput':
      return encodeEnd();
    case 'badCommand':
      // A service that nobody serves: refused, with everything behind it.
      return concatFrames([
        encodeCommand({
          kind: 'oneWayCall',
          name: '',
          invokeAt: 0,
          service: 'Nowhere',
          handler: 'go',
          key: '',
          parameter: new Uint8Array(),
          headers: [],
          invocationIdCompletionId: 1_000_000,
        }),
        encodeEnd(),
      ]);
  }
}
