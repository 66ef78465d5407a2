import type {
  Manifest,
  ManifestHandler,
  ManifestInput,
  ManifestOutput,
  ManifestService,
  ManifestSettings,
  ManifestVersion,
} from './manifest.ts';
import { ProtocolError } from './protocol-error.ts';

/**
 * This writes a manifest as it stands on the wire of the given version: the other direction of `parseManifest`.
 *
 * Throws `INVALID_MANIFEST` when a setting cannot be said in that version; leaving it out would make its author believe in a setting
 * that nobody keeps.
 */
export function formatManifest(manifest: Manifest, version: ManifestVersion): string {
  const { lambdaCompression } = manifest;
  const inexpressible: string[] = [];
  const format = new ManifestFormat(version, inexpressible);
  const wire = {
    protocolMode: manifest.protocolMode === 'bidi' ? 'BIDI_STREAM' : 'REQUEST_RESPONSE',
    minProtocolVersion: manifest.minProtocolVersion,
    maxProtocolVersion: manifest.maxProtocolVersion,
    ...format.from(4, 'lambdaCompression', { lambdaCompression }),
    services: manifest.services.map((service) => format.service(service)),
  };
  if (inexpressible.length > 0) {
    throw new ProtocolError('INVALID_MANIFEST', {
      message: `Discovery version ${version} cannot say: ${inexpressible.join(', ')}.`,
      hint: 'Remove the settings, or use a runtime that discovers with a newer version.',
      details: { version, inexpressible },
    });
  }
  return JSON.stringify(wire);
}

const serviceTypes = { service: 'SERVICE', object: 'VIRTUAL_OBJECT', workflow: 'WORKFLOW' } as const;
// A handler of a service has no kind on the wire: its absence is what every runtime understands.
const handlerTypes = { stateless: undefined, exclusive: 'EXCLUSIVE', shared: 'SHARED', run: 'WORKFLOW' } as const;
const outcomes = { pause: 'PAUSE', kill: 'KILL' } as const;

class ManifestFormat {
  readonly #version: ManifestVersion;
  readonly #inexpressible: string[];

  constructor(version: ManifestVersion, inexpressible: string[]) {
    this.#version = version;
    this.#inexpressible = inexpressible;
  }

  service(service: ManifestService): object {
    return {
      name: service.name,
      ty: serviceTypes[service.kind],
      ...this.#settings(service, service.name),
      handlers: service.handlers.map((handler) => this.#handler(handler, `${service.name}.${handler.name}`)),
    };
  }

  #handler(handler: ManifestHandler, at: string): object {
    return {
      name: handler.name,
      ...present({ ty: handlerTypes[handler.kind] }),
      ...(handler.input === undefined ? {} : { input: formatInput(handler.input) }),
      ...(handler.output === undefined ? {} : { output: formatOutput(handler.output) }),
      ...this.#settings(handler, at),
      ...this.from(3, at, { workflowCompletionRetention: handler.workflowCompletionRetentionMs }),
    };
  }

  #settings(settings: ManifestSettings, at: string): object {
    const { retryPolicy } = settings;
    return {
      ...this.from(2, at, { documentation: settings.documentation, metadata: settings.metadata }),
      ...this.from(3, at, {
        inactivityTimeout: settings.inactivityTimeoutMs,
        abortTimeout: settings.abortTimeoutMs,
        journalRetention: settings.journalRetentionMs,
        idempotencyRetention: settings.idempotencyRetentionMs,
        enableLazyState: settings.enableLazyState,
        ingressPrivate: settings.ingressPrivate,
      }),
      ...this.from(4, at, {
        retryPolicyInitialInterval: retryPolicy?.initialIntervalMs,
        retryPolicyMaxInterval: retryPolicy?.maxIntervalMs,
        retryPolicyMaxAttempts: retryPolicy?.attemptsMax,
        retryPolicyExponentiationFactor: retryPolicy?.factor,
        retryPolicyOnMaxAttempts:
          retryPolicy?.onMaxAttempts === undefined ? undefined : outcomes[retryPolicy.onMaxAttempts],
      }),
    };
  }

  /** The properties that are set, if the version has them. */
  from(version: ManifestVersion, at: string, properties: Readonly<Record<string, unknown>>): object {
    const set = present(properties);
    if (this.#version < version) this.#inexpressible.push(...Object.keys(set).map((name) => `${name} of ${at}`));
    return set;
  }
}

function formatInput(input: ManifestInput): object {
  const { required, contentType, jsonSchema } = input;
  return present({ required, contentType, jsonSchema });
}

function formatOutput(output: ManifestOutput): object {
  const { contentType, setContentTypeIfEmpty, jsonSchema } = output;
  return present({ contentType, setContentTypeIfEmpty, jsonSchema });
}

function present(properties: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}
