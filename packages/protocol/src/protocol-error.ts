/**
 * What can be wrong with bytes, ids or manifests that came from the other side of the wire.
 *
 * Nothing here is retried by this package: whoever owns the stream decides whether the attempt fails, pauses or answers.
 */
export type ProtocolErrorCode =
  /** The header announces more bytes than the reader allows. Nothing of the payload was kept. */
  | 'FRAME_TOO_LARGE'
  /** The header itself is wrong: unknown flag bits. */
  | 'MALFORMED_FRAME'
  /** The stream ended inside a frame. */
  | 'TRUNCATED_FRAME'
  /** The type code belongs to no message of V5 to V7. */
  | 'UNKNOWN_MESSAGE'
  /** A known message, sent by the side that never sends it. */
  | 'UNEXPECTED_MESSAGE'
  /** The payload is not what the message's definition says. */
  | 'MALFORMED_MESSAGE'
  /** The message, or its layout, belongs to another protocol version than the negotiated one. */
  | 'VERSION_MISMATCH'
  /** Scopes and limit keys ask for flow control, which is not supported. */
  | 'FLOW_CONTROL_UNSUPPORTED'
  /** The await tree is nested deeper than 1000 nodes. */
  | 'AWAIT_TREE_TOO_DEEP'
  /** The discovery manifest is not valid for its version. */
  | 'INVALID_MANIFEST'
  /** The value is not JSON and therefore has no canonical form. */
  | 'NOT_JSON';

export interface ProtocolErrorOptions {
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** This is the only error that decoding throws. Compare `code`, not the class: two copies of a package may be loaded. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ProtocolErrorCode, options: ProtocolErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ProtocolError';
    this.code = code;
    this.hint = options.hint ?? '';
    this.details = options.details ?? {};
  }
}
