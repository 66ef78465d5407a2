/** Two versions of three services, one of each kind, as a registry that the engine decides with. For tests. */
import { deploymentIdFromFingerprint, digest } from '@holdfast/protocol';
import type { DeploymentId, ProtocolVersion } from '@holdfast/protocol';
import type { HandlerKind, ServiceKind } from './record.ts';
import type { Deployment, HandlerDefinition, Registry, ServiceDefinition } from './registry.ts';

export const v1: DeploymentId = deploymentOf('v1');
export const v2: DeploymentId = deploymentOf('v2');

export function deploymentOf(name: string): DeploymentId {
  return deploymentIdFromFingerprint(digest(name));
}

export const retentionMs = 1_000_000;

export function defineHandler(
  name: string,
  kind: HandlerKind,
  changes: Partial<HandlerDefinition> = {},
): HandlerDefinition {
  return {
    name,
    kind,
    input: { required: false, mustBeEmpty: false },
    output: { contentType: 'application/json', setContentTypeIfEmpty: false },
    ingressPrivate: false,
    lazyState: false,
    inactivityTimeoutMs: 60_000,
    abortTimeoutMs: 60_000,
    journalRetentionMs: retentionMs,
    idempotencyRetentionMs: retentionMs,
    workflowRetentionMs: retentionMs,
    retryPolicy: { initialIntervalMs: 100, factor: 2, maxIntervalMs: 1_000, attemptsMax: 3, onMaxAttempts: 'pause' },
    ...changes,
  };
}

export function defineService(
  name: string,
  kind: ServiceKind,
  handlers: readonly HandlerDefinition[],
): ServiceDefinition {
  return { name, kind, handlers: new Map(handlers.map((handler) => [handler.name, handler])) };
}

/** Greeter (service), Counter (object) and Signup (workflow), and Clerk, whose results are not retained. */
export const standardServices: readonly ServiceDefinition[] = [
  defineService('Greeter', 'service', [defineHandler('greet', 'stateless')]),
  defineService('Counter', 'object', [defineHandler('add', 'exclusive'), defineHandler('read', 'shared')]),
  defineService('Signup', 'workflow', [defineHandler('run', 'run'), defineHandler('approve', 'shared')]),
  defineService('Clerk', 'service', [
    defineHandler('file', 'stateless', { journalRetentionMs: 0, idempotencyRetentionMs: 0 }),
  ]),
];

export function defineDeployment(
  id: DeploymentId,
  services: readonly ServiceDefinition[] = standardServices,
  changes: Partial<Deployment> = {},
): Deployment {
  const protocolVersion: ProtocolVersion = 7;
  return {
    id,
    address: { kind: 'http', uri: 'http://127.0.0.1:9080/', http1: false },
    headers: {},
    metadata: {},
    protocolMode: 'bidi',
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    protocolVersion,
    sdk: 'sdk/1',
    grade: 'unverified',
    fingerprint: id,
    createdAt: 0,
    closing: false,
    services: new Map(services.map((service) => [service.name, service])),
    manifest: { manifestVersion: 4, protocolMode: 'bidi', minProtocolVersion: 5, maxProtocolVersion: 7, services: [] },
    ...changes,
  };
}

/** `current` takes the new work of every service that any of the deployments serves. */
export function defineRegistry(deployments: readonly Deployment[], current: DeploymentId): Registry {
  const services = deployments.flatMap((deployment) => [...deployment.services.values()]);
  return {
    revision: 1,
    deployments: new Map(deployments.map((deployment) => [deployment.id, deployment])),
    services: new Map(services.map(({ name, kind }) => [name, { name, kind, current, revision: 1 }])),
  };
}
