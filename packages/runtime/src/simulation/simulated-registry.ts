/** Deployments of a simulated world, all serving the same three services in different ways of speaking the protocol. */
import { deploymentIdFromFingerprint, digest } from '@holdfast/protocol';
import type { DeploymentId, ProtocolVersion } from '@holdfast/protocol';
import type { HandlerKind, ServiceKind } from '../engine/record.ts';
import type { Deployment, HandlerDefinition, Registry, ServiceDefinition } from '../engine/registry.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { WorldSettings } from './world-settings.ts';

export function makeDeployment(random: SeededRandom, name: string, world: WorldSettings): Deployment {
  const protocolVersion = random.pick<ProtocolVersion>([5, 6, 7]);
  const settings = {
    lazyState: random.chance(0.3),
    inactivityTimeoutMs: random.pick([0, 40, 500, 5_000]),
    attemptsMax: random.pick([1_000, 1_000, 3]),
    abortTimeoutMs: random.pick([200, 30_000]),
    retentionMs: world.retentionMs,
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
  readonly abortTimeoutMs: number;
  readonly retentionMs: number;
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
    abortTimeoutMs: settings.abortTimeoutMs,
    journalRetentionMs: settings.retentionMs,
    idempotencyRetentionMs: settings.retentionMs,
    workflowRetentionMs: settings.retentionMs,
    retryPolicy: {
      initialIntervalMs: 20,
      factor: 2,
      maxIntervalMs: 1_000,
      attemptsMax: settings.attemptsMax,
      onMaxAttempts: 'pause',
    },
  };
}
