/**
 * What an endpoint says it serves, in normal form: versions 1 to 4 of the wire's manifest look alike after
 * `parseManifest`. Plain JSON, so that it can be stored, compared and digested.
 */
export interface Manifest {
  readonly manifestVersion: ManifestVersion;
  readonly protocolMode: 'bidi' | 'requestResponse';
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  readonly lambdaCompression?: 'zstd';
  readonly services: readonly ManifestService[];
}

export type ManifestVersion = 1 | 2 | 3 | 4;

export interface ManifestService extends ManifestSettings {
  readonly name: string;
  readonly kind: 'service' | 'object' | 'workflow';
  readonly handlers: readonly ManifestHandler[];
}

export interface ManifestHandler extends ManifestSettings {
  readonly name: string;
  /** Always explicit, whatever the endpoint left out. `run` is the handler that a workflow runs once. */
  readonly kind: 'stateless' | 'exclusive' | 'shared' | 'run';
  /** Absent: any input, any content type. Present without a content type: the body must be empty. */
  readonly input?: ManifestInput;
  /** Absent: JSON. Present without a content type: none. */
  readonly output?: ManifestOutput;
  /** Only on `run`. */
  readonly workflowCompletionRetentionMs?: number;
}

/** What services and handlers may both set; a handler's setting wins. */
export interface ManifestSettings {
  readonly documentation?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly inactivityTimeoutMs?: number;
  readonly abortTimeoutMs?: number;
  readonly journalRetentionMs?: number;
  /** Not on `run`. */
  readonly idempotencyRetentionMs?: number;
  readonly enableLazyState?: boolean;
  readonly ingressPrivate?: boolean;
  readonly retryPolicy?: ManifestRetryPolicy;
}

export interface ManifestRetryPolicy {
  readonly initialIntervalMs?: number;
  readonly maxIntervalMs?: number;
  /** Counts the first attempt too; at least 1. */
  readonly attemptsMax?: number;
  readonly factor?: number;
  readonly onMaxAttempts?: 'pause' | 'kill';
}

export interface ManifestInput {
  readonly required: boolean;
  /** May be a range such as `application/*`. */
  readonly contentType?: string;
  readonly jsonSchema?: unknown;
}

export interface ManifestOutput {
  readonly contentType?: string;
  readonly setContentTypeIfEmpty: boolean;
  readonly jsonSchema?: unknown;
}

/** The media types of discovery, compared exactly. The Accept header of a discovery lists all of them. */
export const MANIFEST_CONTENT_TYPES: Readonly<Record<ManifestVersion, string>> = {
  1: 'application/vnd.restate.endpointmanifest.v1+json',
  2: 'application/vnd.restate.endpointmanifest.v2+json',
  3: 'application/vnd.restate.endpointmanifest.v3+json',
  4: 'application/vnd.restate.endpointmanifest.v4+json',
};

/** Undefined for anything else, `application/json` included. */
export function manifestVersionOf(contentType: string): ManifestVersion | undefined {
  return ([1, 2, 3, 4] as const).find((version) => MANIFEST_CONTENT_TYPES[version] === contentType);
}
