/** One life of a runtime: production partitions and invokers on a memory store, until it crashes. */
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import type { EngineCommand, ReplyOf } from '../engine/command.ts';
import type { Deployment, Registry } from '../engine/registry.ts';
import { Invoker } from '../invoker/invoker.ts';
import type { Transport } from '../invoker/transport.ts';
import { LocalPartitions } from '../partition/local-partitions.ts';
import { openPartition } from '../partition/partition.ts';
import type { Partition } from '../partition/partition.ts';
import type { PartitionProblem } from '../partition/partition-options.ts';
import type { PartitionPort } from '../partition/port.ts';
import type { MemoryStore } from '../store/memory/memory-store.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface SimulatedRuntimeOptions {
  readonly store: MemoryStore;
  readonly partitions: number;
  readonly registry: Registry;
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly transport: Transport;
  readonly attemptsMax: number;
  readonly faulty: () => boolean;
  readonly onProblem: (problem: PartitionProblem) => void;
}

const TINY_CACHE = { recordsMax: 12, bytesMax: 1_000_000 };

export class SimulatedRuntime {
  readonly partitions: LocalPartitions;
  readonly #deployments: Map<DeploymentId, Deployment>;

  private constructor(open: readonly Partition[], deployments: Map<DeploymentId, Deployment>) {
    this.#deployments = deployments;
    this.partitions = new LocalPartitions(open);
  }

  static async start(options: SimulatedRuntimeOptions): Promise<SimulatedRuntime> {
    const open: Partition[] = [];
    const deployments = new Map(options.registry.deployments);
    for (let index = 0; index < options.partitions; index++) {
      open.push(await openPartition(partitionOptions(options, index, open, deployments)));
    }
    for (const partition of open) void partition.recover();
    return new SimulatedRuntime(open, deployments);
  }

  of(invocation: InvocationId): PartitionPort {
    return this.partitions.ofInvocation(invocation);
  }

  async adopt(registry: Registry): Promise<void> {
    for (const [id, deployment] of registry.deployments) this.#deployments.set(id, deployment);
    for (const partition of this.partitions.all()) await partition.submit({ kind: 'adoptRegistry', registry });
  }
}

function partitionOptions(
  options: SimulatedRuntimeOptions,
  index: number,
  open: readonly Partition[],
  deployments: ReadonlyMap<DeploymentId, Deployment>,
): Parameters<typeof openPartition>[0] {
  const { store, time, random, transport } = options;
  return {
    index,
    count: options.partitions,
    openStore: () => store.openPartition(index),
    registry: options.registry,
    clock: time,
    defer: time.defer,
    createAttempts: (port) =>
      new Invoker({
        clock: time,
        transport,
        partition: new SlowPort(port, options),
        store: port,
        findDeployment: (id) => deployments.get(id),
        random: random.next,
        limits: { attemptsMax: options.attemptsMax },
      }),
    deliver: (target, command) => deliver(options, open, target, command),
    cache: TINY_CACHE,
    onProblem: options.onProblem,
  };
}

/** Messages between partitions come late, and twice. */
async function deliver(
  options: SimulatedRuntimeOptions,
  open: readonly Partition[],
  target: number,
  command: {
    readonly source: number;
    readonly sequence: number;
    readonly message: Extract<EngineCommand, { kind: 'receiveMessage' }>['message'];
  },
): Promise<number> {
  const { random, time } = options;
  await time.delay(random.between(0, 20));
  const receiver = open[target];
  if (receiver === undefined) throw new Error(`Partition ${target} is not open yet.`);
  const message = { kind: 'receiveMessage', ...command } as const;
  if (options.faulty() && random.chance(0.2)) {
    void time
      .delay(random.between(0, 200))
      .then(() => receiver.submit(message))
      .catch(() => undefined);
  }
  const { through } = await receiver.submit(message);
  return through;
}

/**
 * Between an attempt and its partition messages keep their order, but may be held up: then a newer attempt can be ahead of an older one,
 * which is what epochs are for.
 */
class SlowPort implements Pick<PartitionPort, 'submit'> {
  readonly #port: PartitionPort;
  readonly #options: SimulatedRuntimeOptions;
  readonly #tails = new Map<string, Promise<unknown>>();

  constructor(port: PartitionPort, options: SimulatedRuntimeOptions) {
    this.#port = port;
    this.#options = options;
  }

  submit<C extends EngineCommand>(command: C): Promise<ReplyOf<C>> {
    const { random, time, faulty } = this.#options;
    if (!ofAttempts(command)) return this.#port.submit(command);
    const lane = `${command.invocation}/${command.epoch}`;
    const delayMs = faulty() && random.chance(0.1) ? random.between(1, 2_000) : 0;
    const before = this.#tails.get(lane);
    if (before === undefined && delayMs === 0) return this.#port.submit(command);
    const submitted = (before ?? Promise.resolve())
      .then(() => time.delay(delayMs))
      .then(() => this.#port.submit(command));
    const tail = submitted.catch(() => undefined);
    this.#tails.set(lane, tail);
    void this.#forget(lane, tail);
    return submitted;
  }

  async #forget(lane: string, tail: Promise<unknown>): Promise<void> {
    await tail;
    if (this.#tails.get(lane) === tail) this.#tails.delete(lane);
  }
}

function ofAttempts<C extends EngineCommand>(
  command: C,
): command is C & { readonly kind: 'advanceAttempt' | 'failAttempt' | 'withdrawAttempt' } {
  return ['advanceAttempt', 'failAttempt', 'withdrawAttempt'].includes(command.kind);
}
