import { defaultFrameBytesMax } from '@holdfast/protocol';

export interface InvokerLimits {
  /** Attempts open at the same time, of one deployment about half of it; more wait in order. */
  readonly attemptsMax: number;
  /** Payload of one message from an endpoint. */
  readonly messageBytesMax: number;
  /** State sent with Start; above it the handler reads lazily. */
  readonly eagerStateBytesMax: number;
  /** Bytes of one stream that the partition has not made durable; above it reading stops. */
  readonly unacknowledgedBytesMax: number;
  /** Bytes of all streams that are not durable, or belong to a message that is not complete; of one deployment about half of it. */
  readonly bufferedBytesMax: number;
  /** How long an endpoint may take to end its response after a terminal message or a failure. */
  readonly drainMs: number;
  /** How long the body of a response that is no protocol stream is read, for its text. */
  readonly refusedBodyMs: number;
  /** While attempts queue for a place, one that has only waited this long is asked to suspend. */
  readonly yieldAfterMs: number;
}

export const defaultInvokerLimits: InvokerLimits = {
  attemptsMax: 2_000,
  messageBytesMax: defaultFrameBytesMax,
  eagerStateBytesMax: 1024 * 1024,
  unacknowledgedBytesMax: 1024 * 1024,
  bufferedBytesMax: 512 * 1024 * 1024,
  drainMs: 5_000,
  refusedBodyMs: 1_000,
  yieldAfterMs: 100,
};
