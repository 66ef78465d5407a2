/** One life of a runtime: production partitions and invokers on a memory store, until it crashes. */
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import type { Clock } from '../clock.ts';
import type { AttemptName } from '../engine/attempt-name.ts';
import type { EngineCommand } from '../engine/command.ts';
import type { Deployment, Registry } from '../engine/registry.ts';
import { Invoker } from '../invoker/invoker.ts';
import type { Transport } from '../invoker/transport.ts';
import { LocalPartitions } from '../partition/local-partitions.ts';
import { openPartition } from '../partition/partition.ts';
import type { Partition } from '../partition/partition.ts';
import type { PartitionProblem } from '../partition/partition-options.ts';
import type { PartitionPort } from '../partition/port.ts';
import type { PartitionStore } from '../store/store.ts';
import type { SeededRandom } from './seeded-random.ts';
import { SlowPort } from './slow-port.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { WorldSettings } from './world-settings.ts';

export interface SimulatedRuntimeOptions {
  readonly openStore: (partition: number) => Promise<PartitionStore>;
  readonly settings: WorldSettings;
  readonly registry: Registry;
  readonly time: VirtualTime;
  /** Of this process. */
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly transport: Transport;
  /** These frames come from this attempt. */
  readonly noteSender: (frames: readonly Uint8Array[], sender: AttemptName) => void;
  readonly faulty: () => boolean;
  /** Invocations whose attempt has a message that is held up on its way to the partition. */
  readonly heldUp: Set<InvocationId>;
  readonly onProblem: (problem: PartitionProblem) => void;
}

export class SimulatedRuntime {
  readonly partitions: LocalPartitions;
  readonly #deployments: Map<DeploymentId, Deployment>;
  readonly #open: readonly Partition[];
  readonly #invokers: readonly Invoker[];

  private constructor(parts: {
    readonly open: readonly Partition[];
    readonly invokers: readonly Invoker[];
    readonly deployments: Map<DeploymentId, Deployment>;
  }) {
    this.#deployments = parts.deployments;
    this.#open = parts.open;
    this.#invokers = parts.invokers;
    this.partitions = new LocalPartitions(parts.open);
  }

  static async start(options: SimulatedRuntimeOptions): Promise<SimulatedRuntime> {
    const open: Partition[] = [];
    const invokers: Invoker[] = [];
    const deployments = new Map(options.registry.deployments);
    for (let index = 0; index < options.settings.partitions; index++) {
      open.push(await openPartition(partitionOptions(options, index, { open, invokers, deployments })));
    }
    for (const partition of open) void partition.recover();
    return new SimulatedRuntime({ open, invokers, deployments });
  }

  /** In the order in which a runtime closes: attempts suspend, then partitions finish what they have. */
  async close(waitMs: number): Promise<void> {
    await Promise.all(this.#invokers.map((invoker) => invoker.close(waitMs)));
    await Promise.all(this.#open.map((partition) => partition.close()));
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
  parts: {
    readonly open: readonly Partition[];
    readonly invokers: Invoker[];
    readonly deployments: ReadonlyMap<DeploymentId, Deployment>;
  },
): Parameters<typeof openPartition>[0] {
  const { clock, random, settings, time, transport } = options;
  const { attemptsMax, eagerStateBytesMax, unacknowledgedBytesMax } = settings;
  return {
    index,
    count: settings.partitions,
    openStore: () => options.openStore(index),
    registry: options.registry,
    clock,
    defer: time.defer,
    createAttempts: (port) => {
      const invoker = new Invoker({
        clock,
        transport,
        partition: new SlowPort(port, options),
        store: port,
        findDeployment: (id) => parts.deployments.get(id),
        random: random.next,
        limits: { attemptsMax, eagerStateBytesMax, unacknowledgedBytesMax },
      });
      parts.invokers.push(invoker);
      return invoker;
    },
    deliver: (target, command) => deliver(options, parts.open, target, command),
    cache: { recordsMax: settings.cacheRecordsMax, bytesMax: 1_000_000 },
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
