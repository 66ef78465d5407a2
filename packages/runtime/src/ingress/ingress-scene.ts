/** An ingress on a real socket over a scripted partition, for tests of the HTTP side alone. */
import { parseDeploymentId } from '@holdfast/protocol';
import type { DeploymentId, InvocationId, Result } from '@holdfast/protocol';
import { systemClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { Accepted, EngineCommand, Invoke, InvokeReply, ReplyOf } from '../engine/command.ts';
import type { Deployment, HandlerDefinition, Registry, ServiceDefinition } from '../engine/registry.ts';
import type { HandlerKind, ServiceKind } from '../engine/record.ts';
import type { PartitionPort } from '../partition/port.ts';
import { openIngress } from './ingress.ts';
import type { Ingress } from './ingress.ts';
import type { IngressLimits } from './ingress-parts.ts';

export const deploymentOne: DeploymentId = knownDeployment('dp_15mJvbCdRPVOIcKwrJpGm0i');

/** Answers commands as the test scripts it, and completes invocations when told to. */
export class ScriptedPartition implements PartitionPort {
  readonly submitted: EngineCommand[] = [];
  readonly #waiters = new Map<InvocationId, Set<(result: Result | undefined) => void>>();
  #script: (command: EngineCommand) => unknown = () => {
    throw new Error('The test scripted no answer.');
  };

  /** The answer to every command from now on; may throw or be a promise. */
  answer(script: (command: EngineCommand) => unknown): void {
    this.#script = script;
  }

  async submit<C extends EngineCommand>(command: C): Promise<ReplyOf<C>> {
    this.submitted.push(command);
    // The script answers with what the command's kind is answered with.
    return (await this.#script(command)) as ReplyOf<C>;
  }

  onCompleted(invocation: InvocationId, callback: (result: Result | undefined) => void): () => void {
    const waiters = this.#waiters.get(invocation) ?? new Set();
    waiters.add(callback);
    this.#waiters.set(invocation, waiters);
    return () => waiters.delete(callback);
  }

  waitersOf(invocation: InvocationId): number {
    return this.#waiters.get(invocation)?.size ?? 0;
  }

  /** `undefined` is what waiters are told when the partition restarts. */
  complete(invocation: InvocationId, result: Result | undefined): void {
    const waiters = [...(this.#waiters.get(invocation) ?? [])];
    this.#waiters.delete(invocation);
    for (const waiter of waiters) waiter(result);
  }

  get invokes(): readonly Invoke[] {
    return this.submitted.filter((command) => command.kind === 'invoke');
  }
}

export interface IngressScene {
  readonly partition: ScriptedPartition;
  readonly ingress: Ingress;
  readonly errors: unknown[];
  ask(path: string, init?: RequestInit): Promise<Response>;
}

export interface SceneOptions {
  readonly clock?: Clock;
  readonly limits?: Partial<IngressLimits>;
  readonly registry?: Registry | undefined;
}

const open = new Set<Ingress>();

export async function openScene(options: SceneOptions = {}): Promise<IngressScene> {
  const partition = new ScriptedPartition();
  const errors: unknown[] = [];
  const keep = (fields: unknown): void => void errors.push(fields);
  const ingress = await openIngress(
    {
      partitions: { ofInvocation: () => partition, ofKey: () => partition, all: () => [partition] },
      findRegistry: () => ('registry' in options ? options.registry : registryOne),
      clock: options.clock ?? systemClock,
      log: { debug: keep, info: keep, warn: keep, error: keep, fatal: keep },
      limits: {
        bodyBytesMax: 1_000,
        bufferedBytesMax: 100_000,
        bodyIdleMs: 10_000,
        headerBytesMax: 16_384,
        openRequestsMax: 100,
        ...options.limits,
      },
      makeEntropy: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    },
    { host: '127.0.0.1', port: 0 },
  );
  open.add(ingress);
  return { partition, ingress, errors, ask: (path, init) => fetch(ingress.url + path, init) };
}

export async function closeScenes(): Promise<void> {
  await Promise.all([...open].map((ingress) => ingress.close()));
  open.clear();
}

/** What the engine answers to an accepted command. */
export function accepted(
  invoke: Invoke,
  more: Partial<Extract<InvokeReply, { kind: 'accepted' }>> = {},
): Extract<InvokeReply, { kind: 'accepted' }> {
  return { kind: 'accepted', repeated: false, startAt: invoke.startAt, ...acceptedFacts(invoke), ...more };
}

export function acceptedFacts(invoke: Invoke): Accepted {
  const { id, service, handler, key } = invoke;
  const { kind } = registryOne.services.get(service) ?? { kind: 'service' };
  const handlerKind = serviceKinds[kind].get(handler) ?? 'stateless';
  return { id, deployment: deploymentOne, target: { service, handler, key, serviceKind: kind, handlerKind } };
}

export function json(value: unknown): Result {
  return { kind: 'success', value: new TextEncoder().encode(JSON.stringify(value)) };
}

const serviceKinds: Readonly<Record<ServiceKind, ReadonlyMap<string, HandlerKind>>> = {
  service: new Map([
    ['greet', 'stateless'],
    ['bytes', 'stateless'],
    ['send', 'stateless'],
  ]),
  object: new Map([['add', 'exclusive']]),
  workflow: new Map([
    ['run', 'run'],
    ['approve', 'shared'],
  ]),
};

const contentTypes: ReadonlyMap<string, string> = new Map([['bytes', 'application/octet-stream']]);

function handlerOf(name: string, kind: HandlerKind): HandlerDefinition {
  return {
    name,
    kind,
    input: { required: false, mustBeEmpty: false },
    output: { contentType: contentTypes.get(name) ?? 'application/json', setContentTypeIfEmpty: false },
    ingressPrivate: false,
    lazyState: false,
    inactivityTimeoutMs: 60_000,
    abortTimeoutMs: 600_000,
    journalRetentionMs: 0,
    idempotencyRetentionMs: 0,
    workflowRetentionMs: 0,
    retryPolicy: { initialIntervalMs: 500, factor: 2, maxIntervalMs: 60_000, attemptsMax: 70, onMaxAttempts: 'pause' },
  };
}

function serviceOf(name: string, kind: ServiceKind): ServiceDefinition {
  const handlers = [...serviceKinds[kind]].map(
    ([handler, handlerKind]) => [handler, handlerOf(handler, handlerKind)] as const,
  );
  return { name, kind, handlers: new Map(handlers) };
}

const services = [serviceOf('Greeter', 'service'), serviceOf('Counter', 'object'), serviceOf('Signup', 'workflow')];

const onlyDeployment: Deployment = {
  id: deploymentOne,
  address: { kind: 'http', uri: 'http://localhost:9080/', http1: false },
  headers: {},
  metadata: {},
  protocolMode: 'bidi',
  minProtocolVersion: 5,
  maxProtocolVersion: 7,
  protocolVersion: 7,
  sdk: '',
  grade: 'unverified',
  fingerprint: 'f',
  createdAt: 0,
  closing: false,
  services: new Map(services.map((service) => [service.name, service])),
  manifest: { manifestVersion: 4, protocolMode: 'bidi', minProtocolVersion: 5, maxProtocolVersion: 7, services: [] },
};

/** A service, an object and a workflow, served by one deployment. */
export const registryOne: Registry = {
  revision: 1,
  deployments: new Map([[deploymentOne, onlyDeployment]]),
  services: new Map(
    services.map(({ name, kind }) => [name, { name, kind, current: deploymentOne, revision: 1 }] as const),
  ),
};

function knownDeployment(text: string): DeploymentId {
  const id = parseDeploymentId(text);
  if (id === undefined) throw new Error(`${text} is no deployment id.`);
  return id;
}
