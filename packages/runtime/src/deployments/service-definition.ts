import type { Manifest, ManifestHandler, ManifestInput, ManifestOutput, ManifestService } from '@holdfast/protocol';
import type { HandlerDefinition, InputRule, OutputRule, RetryPolicy, ServiceDefinition } from '../engine/registry.ts';
import type { HandlerDefaults } from './handler-defaults.ts';

/** Resolves every setting of every handler: the handler's, else its service's, else the runtime's. */
export function defineServices(manifest: Manifest, defaults: HandlerDefaults): ReadonlyMap<string, ServiceDefinition> {
  return new Map(manifest.services.map((service) => [service.name, defineService(service, defaults)]));
}

function defineService(service: ManifestService, defaults: HandlerDefaults): ServiceDefinition {
  const handlers = service.handlers.map((handler) => defineHandler(service, handler, defaults));
  return { name: service.name, kind: service.kind, handlers: new Map(handlers.map((one) => [one.name, one])) };
}

function defineHandler(
  service: ManifestService,
  handler: ManifestHandler,
  defaults: HandlerDefaults,
): HandlerDefinition {
  return {
    name: handler.name,
    kind: handler.kind,
    input: defineInput(handler.input),
    output: defineOutput(handler.output),
    ingressPrivate: handler.ingressPrivate ?? service.ingressPrivate ?? false,
    lazyState: handler.enableLazyState ?? service.enableLazyState ?? false,
    inactivityTimeoutMs: handler.inactivityTimeoutMs ?? service.inactivityTimeoutMs ?? defaults.inactivityTimeoutMs,
    abortTimeoutMs: handler.abortTimeoutMs ?? service.abortTimeoutMs ?? defaults.abortTimeoutMs,
    journalRetentionMs: handler.journalRetentionMs ?? service.journalRetentionMs ?? defaults.journalRetentionMs,
    idempotencyRetentionMs:
      handler.idempotencyRetentionMs ?? service.idempotencyRetentionMs ?? defaults.idempotencyRetentionMs,
    workflowRetentionMs: handler.workflowCompletionRetentionMs ?? defaults.workflowRetentionMs,
    retryPolicy: definePolicy(service, handler, defaults),
  };
}

/** Field by field: a handler that sets only its attempts keeps the intervals of its service. */
function definePolicy(service: ManifestService, handler: ManifestHandler, defaults: HandlerDefaults): RetryPolicy {
  return { ...defaults.retryPolicy, ...service.retryPolicy, ...handler.retryPolicy };
}

/** A handler without any declaration takes everything; one that declares neither content nor schema takes nothing. */
function defineInput(input: ManifestInput | undefined): InputRule {
  if (input === undefined) return { required: false, mustBeEmpty: false };
  const described = input.contentType !== undefined || input.jsonSchema !== undefined;
  return {
    // A schema cannot be satisfied by an empty body.
    required: input.required || input.jsonSchema !== undefined,
    ...(input.contentType === undefined ? {} : { contentType: input.contentType }),
    mustBeEmpty: !described && !input.required,
  };
}

function defineOutput(output: ManifestOutput | undefined): OutputRule {
  if (output === undefined) return { contentType: 'application/json', setContentTypeIfEmpty: false };
  return {
    ...(output.contentType === undefined ? {} : { contentType: output.contentType }),
    setContentTypeIfEmpty: output.setContentTypeIfEmpty,
  };
}
