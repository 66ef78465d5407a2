/** A small stage for acts on deployments: addresses that answer what a test says, partitions that count what it says. */
import type { DeploymentId, Manifest } from '@holdfast/protocol';
import type { EngineCommand, Operator } from '../engine/command.ts';
import type { CountRecord } from '../engine/record.ts';
import type { Registry } from '../engine/registry.ts';
import { parseEndpointAddress } from '../invoker/endpoint-address.ts';
import { ManualClock } from '../invoker/manual-clock.ts';
import { PartitionUnavailable, type PartitionPort } from '../partition/port.ts';
import { type MemoryStore, openMemoryStore } from '../store/memory/memory-store.ts';
import { Deployments, type DeploymentsOptions } from './deployments.ts';
import { addressIdentity } from './fingerprint.ts';

export const operator: Operator = { actor: 'ada', reason: 'because' };

/** A partition as far as deployments see it. */
export class CountingPartition implements PartitionPort {
  registry: Registry | undefined;
  readonly work: Map<DeploymentId, Partial<CountRecord>> = new Map();
  /** Called before a count is answered, with how many were answered before. */
  onCount: ((deployment: DeploymentId, earlier: number) => void) | undefined;
  /** Refusals of the next adoptions. */
  refusals = 0;
  adoptions = 0;
  #counts = 0;

  submit: PartitionPort['submit'] = async (command) => this.#answer(command) as never; // The reply of its own kind.

  onCompleted(): () => void {
    return () => undefined;
  }

  #answer(command: EngineCommand): unknown {
    if (command.kind === 'adoptRegistry') return this.#adopt(command.registry);
    if (command.kind === 'countWork') return this.#count(command.deployment);
    throw new Error(`Deployments do not submit ${command.kind}.`);
  }

  #adopt(registry: Registry): unknown {
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new PartitionUnavailable('STORE_UNAVAILABLE', 'restarting');
    }
    this.adoptions += 1;
    this.registry = registry;
    return { kind: 'adopted' };
  }

  #count(deployment: DeploymentId): CountRecord {
    this.onCount?.(deployment, this.#counts);
    this.#counts += 1;
    const none = { running: 0, suspended: 0, paused: 0, scheduled: 0, queued: 0, inTransit: 0, retainedWorkflows: 0 };
    return { ...none, ...this.work.get(deployment), deployment };
  }
}

export class DeploymentScene {
  readonly clock: ManualClock = new ManualClock();
  readonly store: MemoryStore;
  readonly partitions: readonly CountingPartition[];
  readonly deployments: Deployments;
  /** What answers where: by host, port and path. */
  readonly served: Map<string, Manifest> = new Map();
  discoveries = 0;

  constructor(
    options: Partial<DeploymentsOptions> & { readonly memory?: MemoryStore; readonly partitionCount?: number } = {},
  ) {
    this.store = options.memory ?? openMemoryStore();
    this.partitions = Array.from({ length: options.partitionCount ?? 1 }, () => new CountingPartition());
    this.deployments = new Deployments({
      store: this.store,
      partitions: () => this.partitions,
      clock: this.clock,
      discover: async ({ address, http1 }) => {
        this.discoveries += 1;
        const manifest = this.served.get(addressIdentity(address));
        if (manifest === undefined) throw new Error(`Nothing is served at ${addressIdentity(address)}.`);
        return { manifest, http1: http1 ?? false, sdk: 'sdk/1' };
      },
      ...options,
    });
  }

  get registry(): Registry {
    return this.deployments.registry.current;
  }

  get partition(): CountingPartition {
    const [first] = this.partitions;
    if (first === undefined) throw new Error('The scene has no partition.');
    return first;
  }

  serve(uri: string, manifest: Manifest): void {
    const address = parseEndpointAddress(uri);
    if (address === undefined) throw new Error(`${uri} is no address.`);
    this.served.set(addressIdentity(address), manifest);
  }

  /** Serves and registers; answers the id. */
  async register(uri: string, manifest: Manifest): Promise<DeploymentId> {
    this.serve(uri, manifest);
    return (await this.deployments.register({ uri }, operator)).deployment.id;
  }
}

/** One service with one handler; `documentation` makes another version of it. */
export function manifestOf(
  name: string,
  changes: Partial<Manifest['services'][number]> & Partial<Manifest> = {},
): Manifest {
  const { kind = 'service', documentation, handlers, ...manifest } = changes;
  const handlerKind = { service: 'stateless', object: 'exclusive', workflow: 'run' } as const;
  return {
    manifestVersion: 4,
    protocolMode: 'bidi',
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    services: [
      {
        name,
        kind,
        ...(documentation === undefined ? {} : { documentation }),
        handlers: handlers ?? [{ name: 'run', kind: handlerKind[kind] }],
      },
    ],
    ...manifest,
  };
}
