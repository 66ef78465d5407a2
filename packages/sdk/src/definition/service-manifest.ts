import type {
  ManifestHandler,
  ManifestInput,
  ManifestOutput,
  ManifestService,
  ManifestSettings,
} from '@holdfast/protocol/wire';
import { type Duration, durationMs } from '../context/duration.ts';
import { type BoundHandler, bindHandlers } from './bound-handler.ts';
import type { Payload, SharedOptions } from './handler.ts';
import { isSchema, jsonSchemaOf } from './payload.ts';
import type { AnyDefinition } from './service-definition.ts';

/** What discovery tells about a service. */
export function serviceManifest(definition: AnyDefinition): ManifestService {
  return {
    name: definition.name,
    kind: definition.kind,
    ...settingsOf(definition.options),
    handlers: bindHandlers(definition).map(handlerManifest),
  };
}

function handlerManifest({ name, kind, options }: BoundHandler): ManifestHandler {
  const { workflowRetention } = options;
  return {
    name,
    kind,
    input: inputOf(options.input),
    output: outputOf(options.output),
    ...settingsOf(options),
    ...duration('workflowCompletionRetentionMs', workflowRetention),
  };
}

/** Without a declaration a handler accepts JSON or nothing at all. */
function inputOf(payload: Payload<unknown> | undefined): ManifestInput {
  if (payload === undefined) return { required: false, contentType: 'application/json' };
  if (!isSchema(payload)) return { required: false, contentType: payload.contentType ?? 'application/octet-stream' };
  const jsonSchema = jsonSchemaOf(payload, 'input');
  return {
    required: jsonSchema !== undefined,
    contentType: 'application/json',
    ...(jsonSchema === undefined ? {} : { jsonSchema }),
  };
}

function outputOf(payload: Payload<unknown> | undefined): ManifestOutput {
  if (payload === undefined) return { contentType: 'application/json', setContentTypeIfEmpty: false };
  if (!isSchema(payload)) {
    return { contentType: payload.contentType ?? 'application/octet-stream', setContentTypeIfEmpty: true };
  }
  const jsonSchema = jsonSchemaOf(payload, 'output');
  return {
    contentType: 'application/json',
    setContentTypeIfEmpty: false,
    ...(jsonSchema === undefined ? {} : { jsonSchema }),
  };
}

function settingsOf(options: SharedOptions): ManifestSettings {
  const { documentation, metadata, enableLazyState, ingressPrivate, retryPolicy } = options;
  return {
    ...(documentation === undefined ? {} : { documentation }),
    ...(metadata === undefined ? {} : { metadata }),
    ...duration('inactivityTimeoutMs', options.inactivityTimeout),
    ...duration('abortTimeoutMs', options.abortTimeout),
    ...duration('journalRetentionMs', options.journalRetention),
    ...duration('idempotencyRetentionMs', options.idempotencyRetention),
    ...(enableLazyState === undefined ? {} : { enableLazyState }),
    ...(ingressPrivate === undefined ? {} : { ingressPrivate }),
    ...(retryPolicy === undefined ? {} : { retryPolicy: policyOf(retryPolicy) }),
  };
}

function policyOf(policy: NonNullable<SharedOptions['retryPolicy']>): NonNullable<ManifestSettings['retryPolicy']> {
  const { maxAttempts, exponentiationFactor, onMaxAttempts } = policy;
  return {
    ...duration('initialIntervalMs', policy.initialInterval),
    ...duration('maxIntervalMs', policy.maxInterval),
    ...(maxAttempts === undefined ? {} : { attemptsMax: maxAttempts }),
    ...(exponentiationFactor === undefined ? {} : { factor: exponentiationFactor }),
    ...(onMaxAttempts === undefined ? {} : { onMaxAttempts }),
  };
}

function duration<K extends string>(name: K, value: Duration | undefined): { readonly [P in K]?: number } {
  // A computed property name loses its literal type.
  return value === undefined ? {} : ({ [name]: durationMs(value) } as { readonly [P in K]?: number });
}
