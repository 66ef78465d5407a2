import { checkManifest, type ManifestIssue, resolveHandlerKind } from './check-manifest.ts';
import type {
  Manifest,
  ManifestHandler,
  ManifestInput,
  ManifestOutput,
  ManifestRetryPolicy,
  ManifestService,
  ManifestSettings,
  ManifestVersion,
} from './manifest.ts';
import {
  manifestSchema,
  type WireHandler,
  type WireInput,
  type WireManifest,
  type WireOutput,
  type WireService,
  type WireSettings,
} from './manifest-schema.ts';
import { ProtocolError } from './protocol-error.ts';

/**
 * This checks what a discovery answered (parsed JSON, and the version its content type named) and brings it into normal
 * form. Throws `INVALID_MANIFEST`; `details.issues` lists every violation with its path.
 */
export function parseManifest(json: unknown, manifestVersion: ManifestVersion): Manifest {
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    throw invalid(
      manifestVersion,
      parsed.error.issues.map((issue) => ({
        path: issue.path.map(String).join('.'),
        sentence:
          issue.code === 'unrecognized_keys' ? `it has unknown properties: ${issue.keys.join(', ')}` : issue.message,
      })),
    );
  }
  const issues = checkManifest(parsed.data, manifestVersion);
  if (issues.length > 0) throw invalid(manifestVersion, issues);
  return normaliseManifest(parsed.data, manifestVersion);
}

function invalid(version: ManifestVersion, issues: readonly ManifestIssue[]): ProtocolError {
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  const where = first === undefined || first.path === '' ? 'the top level' : first.path;
  return new ProtocolError('INVALID_MANIFEST', {
    message: `The discovery manifest v${version} is not valid at ${where}: ${first?.sentence ?? 'unknown'}${more}.`,
    hint: 'Correct the declaration in the service code, or update the SDK that wrote the manifest.',
    details: { manifestVersion: version, issues },
  });
}

const modes = { BIDI_STREAM: 'bidi', REQUEST_RESPONSE: 'requestResponse' } as const;
const serviceKinds = { SERVICE: 'service', VIRTUAL_OBJECT: 'object', WORKFLOW: 'workflow' } as const;

function normaliseManifest(wire: WireManifest, manifestVersion: ManifestVersion): Manifest {
  return {
    manifestVersion,
    protocolMode: modes[wire.protocolMode],
    minProtocolVersion: wire.minProtocolVersion,
    maxProtocolVersion: wire.maxProtocolVersion,
    ...present({ lambdaCompression: wire.lambdaCompression }),
    services: wire.services.map(normaliseService),
  };
}

function normaliseService(wire: WireService): ManifestService {
  return {
    name: wire.name,
    kind: serviceKinds[wire.ty],
    ...normaliseSettings(wire),
    handlers: wire.handlers.map((handler) => normaliseHandler(wire, handler)),
  };
}

function normaliseHandler(service: WireService, wire: WireHandler): ManifestHandler {
  const kind = resolveHandlerKind(service.ty, wire.ty);
  if (kind === undefined) throw new TypeError('A manifest was normalised without having been checked.');
  return {
    name: wire.name,
    kind,
    ...(wire.input ? { input: normaliseInput(wire.input) } : {}),
    ...(wire.output ? { output: normaliseOutput(wire.output) } : {}),
    ...normaliseSettings(wire),
    ...present({ workflowCompletionRetentionMs: wire.workflowCompletionRetention }),
  };
}

function normaliseInput(wire: WireInput): ManifestInput {
  return {
    required: wire.required ?? false,
    ...present({ contentType: wire.contentType, jsonSchema: wire.jsonSchema }),
  };
}

function normaliseOutput(wire: WireOutput): ManifestOutput {
  return {
    ...present({ contentType: wire.contentType, jsonSchema: wire.jsonSchema }),
    setContentTypeIfEmpty: wire.setContentTypeIfEmpty ?? false,
  };
}

function normaliseSettings(wire: WireSettings): ManifestSettings {
  const retryPolicy = normaliseRetryPolicy(wire);
  return {
    ...present({
      documentation: wire.documentation,
      metadata: wire.metadata,
      inactivityTimeoutMs: wire.inactivityTimeout,
      abortTimeoutMs: wire.abortTimeout,
      journalRetentionMs: wire.journalRetention,
      idempotencyRetentionMs: wire.idempotencyRetention,
      enableLazyState: wire.enableLazyState,
      ingressPrivate: wire.ingressPrivate,
    }),
    ...(Object.keys(retryPolicy).length === 0 ? {} : { retryPolicy }),
  };
}

const outcomes = { PAUSE: 'pause', KILL: 'kill' } as const;

function normaliseRetryPolicy(wire: WireSettings): ManifestRetryPolicy {
  const { retryPolicyMaxAttempts: attempts, retryPolicyOnMaxAttempts: outcome } = wire;
  return present({
    initialIntervalMs: wire.retryPolicyInitialInterval,
    maxIntervalMs: wire.retryPolicyMaxInterval,
    // The count includes the first attempt, which always happens.
    attemptsMax: typeof attempts === 'number' ? Math.max(1, attempts) : undefined,
    factor: wire.retryPolicyExponentiationFactor,
    onMaxAttempts: outcome ? outcomes[outcome] : undefined,
  });
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Without the properties that are undefined or null. */
function present<T extends object>(record: T): Present<T> {
  // The filter is exactly what the type says; Object.fromEntries forgets it.
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined && value !== null),
  ) as Present<T>;
}
