/** What can go wrong with registering, changing and removing deployments. */
export type DeploymentErrorCode =
  /** The request itself: address, headers or metadata. */
  | 'DEPLOYMENT_ADDRESS_REFUSED'
  | 'DEPLOYMENT_REQUEST_REFUSED'
  /** Nothing, or nothing usable, answers at the address. */
  | 'DISCOVERY_UNREACHABLE'
  | 'DISCOVERY_ADDRESS_DENIED'
  | 'DISCOVERY_HTTP1_ONLY'
  | 'DISCOVERY_HTTP2_ONLY'
  | 'DISCOVERY_REDIRECTED'
  | 'DISCOVERY_REFUSED'
  | 'DISCOVERY_WRONG_CONTENT_TYPE'
  | 'DISCOVERY_TOO_LARGE'
  | 'DISCOVERY_NOT_JSON'
  /** What it says about itself cannot be accepted. */
  | 'MANIFEST_REFUSED'
  | 'MANIFEST_UNSTABLE'
  | 'PROTOCOL_VERSION_UNSUPPORTED'
  | 'SERVICE_KIND_CHANGED'
  /** It contradicts what is registered. */
  | 'DEPLOYMENT_ADDRESS_IN_USE'
  | 'DEPLOYMENT_ADDRESS_MOVED'
  | 'DEPLOYMENT_CHANGED'
  | 'DEPLOYMENT_NOT_FOUND'
  | 'DEPLOYMENT_CLOSING'
  | 'DEPLOYMENT_IN_USE'
  | 'DEPLOYMENT_CURRENT'
  | 'SERVICE_NOT_FOUND'
  | 'SERVICE_SETTING_REFUSED'
  | 'REASON_REQUIRED'
  /** The change could not be made everywhere; it is done, or undone, after the next start. */
  | 'REGISTRY_UNAVAILABLE';

export interface DeploymentErrorOptions {
  readonly message: string;
  readonly hint: string;
  /** JSON-safe. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retry?: 'no' | 'later';
  readonly cause?: unknown;
}

/** Compare `code`, not the class: two copies of a package may be loaded. */
export class DeploymentError extends Error {
  readonly code: DeploymentErrorCode;
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retry: 'no' | 'later';

  constructor(code: DeploymentErrorCode, options: DeploymentErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'DeploymentError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.retry = options.retry ?? 'no';
  }
}
