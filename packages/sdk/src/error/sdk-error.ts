/**
 * What the SDK itself objects to. It never reaches user code as an exception: a framework could swallow it, or show it to a model. The handler is
 * abandoned and the attempt ends with the error.
 */
export type SdkErrorCode =
  /** Journal and code disagree. */
  | 'JOURNAL_MISMATCH'
  /** The runtime sent what the protocol does not allow here. */
  | 'PROTOCOL_VIOLATION'
  /** A step, awakeable or signal has no name, too long a name, or a meaning that is not JSON. */
  | 'STEP_REFUSED'
  /** The same key, awakeable, or in strict mode the same name, twice in one invocation. */
  | 'STEP_REPEATED'
  /** A result, state value, input or output that no runtime would take. */
  | 'PAYLOAD_TOO_LARGE'
  /** A service definition or an option that no runtime would accept. */
  | 'DEFINITION_REFUSED'
  /** A request that no known runtime signed. */
  | 'IDENTITY_REFUSED';

/** The codes with the title of their page in the documentation. */
export const sdkErrorTitles: Readonly<Record<SdkErrorCode, string>> = {
  JOURNAL_MISMATCH: 'The code did not do what the journal records',
  PROTOCOL_VIOLATION: 'The deployment broke the protocol',
  STEP_REFUSED: 'A step has no usable name or meaning',
  STEP_REPEATED: 'Two steps of one invocation cannot be told apart',
  PAYLOAD_TOO_LARGE: 'A value is larger than one message may be',
  DEFINITION_REFUSED: 'A service is defined in a way that no runtime accepts',
  IDENTITY_REFUSED: 'A request is not signed by a runtime that the endpoint trusts',
};

export interface SdkErrorOptions {
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Compare `code`, not the class: two copies of a package may be loaded. */
export class SdkError extends Error {
  readonly code: SdkErrorCode;
  readonly hint: string;
  /** JSON-safe. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: SdkErrorCode, options: SdkErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SdkError';
    this.code = code;
    this.hint = options.hint ?? '';
    this.details = options.details ?? {};
  }
}
