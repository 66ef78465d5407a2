import { ProtocolError } from '@holdfast/protocol';
import type { FailAttempt } from '../engine/command.ts';
import type { StartAttempt } from '../engine/effect.ts';
import type { StreamFailure } from './transport.ts';

/** Why an attempt ended without a terminal message. Codes are stable; docs/errors has a page for each. */
export type AttemptProblemCode =
  | 'DEPLOYMENT_GONE'
  | 'HANDLER_GONE'
  | 'REPLAY_UNREADABLE'
  | 'ADDRESS_DENIED'
  | 'ENDPOINT_UNREACHABLE'
  | 'ENDPOINT_REFUSED_VERSION'
  | 'ENDPOINT_REFUSED_SIZE'
  | 'ENDPOINT_RATE_LIMITED'
  | 'ENDPOINT_REDIRECTED'
  | 'ENDPOINT_ERROR_STATUS'
  | 'ENDPOINT_WRONG_CONTENT_TYPE'
  | 'PROTOCOL_VIOLATION'
  | 'FLOW_CONTROL_UNSUPPORTED'
  | 'MESSAGE_TOO_LARGE'
  | 'STREAM_LOST'
  | 'STREAM_ENDED_EARLY'
  | 'ABORT_TIMEOUT'
  | 'RUNTIME_BUSY'
  | 'RUNTIME_BUG';

export interface AttemptProblem {
  readonly code: AttemptProblemCode;
  /** 500 generic, 571 protocol violation, or the HTTP status that the endpoint answered. */
  readonly protocolCode: number;
  /** What the deployment did, without the ids: `describeFailure` puts "deployment dp_… at …" in front. */
  readonly message: string;
  /** False when it says nothing about the handler: Start's retry counter stays. */
  readonly counts: boolean;
  readonly retryAfterMs?: number;
}

export function decideProblemOfStream(failure: StreamFailure): AttemptProblem {
  switch (failure.kind) {
    case 'addressDenied':
      return { code: 'ADDRESS_DENIED', protocolCode: 500, message: failure.message, counts: true };
    case 'unreachable':
      return { code: 'ENDPOINT_UNREACHABLE', protocolCode: 500, message: failure.message, counts: true };
    case 'lost':
      return { code: 'STREAM_LOST', protocolCode: 500, message: failure.message, counts: true };
  }
}

/** What decoding threw. Anything but a `ProtocolError` is a bug of ours, confined to the attempt that met it. */
export function decideProblemOfFault(fault: unknown): AttemptProblem {
  if (!(fault instanceof ProtocolError)) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    return {
      code: 'RUNTIME_BUG',
      protocolCode: 500,
      message: `sent something that the runtime stumbled over: ${reason}`,
      counts: true,
    };
  }
  const message = fault.hint === '' ? fault.message : `${fault.message} ${fault.hint}`;
  switch (fault.code) {
    case 'FRAME_TOO_LARGE':
      return {
        code: 'MESSAGE_TOO_LARGE',
        protocolCode: 500,
        message: `sent a message that is too large: ${message}`,
        counts: true,
      };
    case 'TRUNCATED_FRAME':
      return {
        code: 'STREAM_ENDED_EARLY',
        protocolCode: 500,
        message: `ended its response inside a message: ${message}`,
        counts: true,
      };
    case 'FLOW_CONTROL_UNSUPPORTED':
      return {
        code: 'FLOW_CONTROL_UNSUPPORTED',
        protocolCode: 571,
        message: `asked for flow control: ${message}`,
        counts: true,
      };
    default:
      return { code: 'PROTOCOL_VIOLATION', protocolCode: 571, message: `broke the protocol: ${message}`, counts: true };
  }
}

/** The command that records it. `address` is named without its query, which may hold what is not for everybody. */
export function describeFailure(
  problem: AttemptProblem,
  about: { readonly order: StartAttempt; readonly address?: string; readonly jitter: number },
): FailAttempt {
  const { order } = about;
  const place = about.address === undefined ? '' : ` at ${about.address.replace(/[?#].*$/su, '')}`;
  return {
    kind: 'failAttempt',
    invocation: order.invocation,
    createdAt: order.createdAt,
    epoch: order.epoch,
    failure: {
      code: problem.code,
      protocolCode: problem.protocolCode,
      message: `Attempt ${order.epoch} of ${order.invocation}: deployment ${order.pin.deployment}${place} ${problem.message}`,
      stacktrace: '',
    },
    ...(problem.retryAfterMs === undefined ? {} : { retryAfterMs: problem.retryAfterMs }),
    counts: problem.counts,
    jitter: about.jitter,
  };
}
