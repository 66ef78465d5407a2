/** Deployments of a simulated world, all serving the same three services in different ways of speaking the protocol. */
import { deploymentIdFromFingerprint, digest } from '@holdfast/protocol';
import type { DeploymentId, ProtocolVersion } from '@holdfast/protocol';
import type { HandlerKind, ServiceKind } from '../engine/record.ts';
import type { Deployment, HandlerDefinition, Registry, ServiceDefinition } from '../engine/registry.ts';
import type { SeededRandom } from './seeded-random.ts';

const DAY_MS = 86_400_000;

export function makeDeployment(random: SeededRandom, name: string): Deployment {
  const protocolVersion = random.pick<ProtocolVersion>([5, 6, 7]);
  const settings = {
    lazyState: random.chance(0.3),
    inactivityTimeoutMs: random.pick([0, 40, 500, 5_000]),
    attemptsMax: random.pick([1_000, 1_000, 3]),
  };
  const protocolMode = random.pick(['bidi', 'bidi', 'requestResponse'] as const);
  return {
    id: deploymentIdFromFingerprint(digest(new TextEncoder().encode(name))),
    address: { kind: 'http', uri: `http://${name}`, http1: false },
    headers: {},
    metadata: {},
    protocolMode,
    minProtocolVersion: 5,
    maxProtocolVersion: protocolVersion,
    protocolVersion,
    sdk: 'simulated',
    grade: 'unverified',
    fingerprint: name,
    createdAt: 0,
    closing: false,
    services: new Map(
      [
        service('Plain', 'service', { go: 'stateless' }, settings),
        service('Counter', 'object', { go: 'exclusive', look: 'shared' }, settings),
        service('Flow', 'workflow', { run: 'run', help: 'shared' }, settings),
      ].map((one) => [one.name, one]),
    ),
    manifest: {
      manifestVersion: 3,
      protocolMode,
      minProtocolVersion: 5,
      maxProtocolVersion: protocolVersion,
      services: [],
    },
  };
}

/** All services of `current` go to it; older deployments stay. */
export function withCurrentDeployment(registry: Registry, current: Deployment): Registry {
  const revision = registry.revision + 1;
  const route = (one: ServiceDefinition) =>
    [one.name, { name: one.name, kind: one.kind, current: current.id, revision }] as const;
  return {
    revision,
    deployments: new Map<DeploymentId, Deployment>([...registry.deployments, [current.id, current]]),
    services: new Map([...current.services.values()].map(route)),
  };
}

interface Settings {
  readonly lazyState: boolean;
  readonly inactivityTimeoutMs: number;
  readonly attemptsMax: number;
}

function service(
  name: string,
  kind: ServiceKind,
  handlers: Readonly<Record<string, HandlerKind>>,
  settings: Settings,
): ServiceDefinition {
  return {
    name,
    kind,
    handlers: new Map(Object.entries(handlers).map(([handler, type]) => [handler, define(handler, type, settings)])),
  };
}

function define(name: string, kind: HandlerKind, settings: Settings): HandlerDefinition {
  return {
    name,
    kind,
    input: { required: false, mustBeEmpty: false },
    output: { contentType: 'application/json', setContentTypeIfEmpty: false },
    ingressPrivate: false,
    lazyState: settings.lazyState,
    inactivityTimeoutMs: settings.inactivityTimeoutMs,
    abortTimeoutMs: 30_000,
    journalRetentionMs: DAY_MS,
    idempotencyRetentionMs: DAY_MS,
    workflowRetentionMs: DAY_MS,
    retryPolicy: {
      initialIntervalMs: 20,
      factor: 2,
      maxIntervalMs: 1_000,
      attemptsMax: settings.attemptsMax,
      onMaxAttempts: 'pause',
    },
  };
}
