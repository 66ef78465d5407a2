/** A simulated world: one disk, one runtime after the other on it, endpoints, and a clock. What people do in it is in simulate.ts. */
import { partitionOf } from '@holdfast/protocol';
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import { createClock } from '../clock.ts';
import type { Clock } from '../clock.ts';
import type { EngineCommand, ReplyOf } from '../engine/command.ts';
import type { InvocationRecord } from '../engine/record.ts';
import type { PartitionPort } from '../partition/port.ts';
import { PartitionUnavailable } from '../partition/port.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import { SimulatedDisk } from '../store/memory/simulated-disk.ts';
import { auditPin } from './audit-pin.ts';
import { ClientBook } from './client-book.ts';
import { CommitAudit } from './commit-audit.ts';
import { isSettled } from './disk-checks.ts';
import { EffectsLedger } from './effects-ledger.ts';
import type { Wait } from './handler-context.ts';
import { JournalLedger } from './journal-ledger.ts';
import { SeededRandom } from './seeded-random.ts';
import { drawDiskOptions, drawWorldSettings } from './world-settings.ts';
import type { WorldSettings } from './world-settings.ts';
import { SimulatedEndpoints } from './simulated-endpoints.ts';
import { makeDeployment, withCurrentDeployment } from './simulated-registry.ts';
import { SimulatedRuntime } from './simulated-runtime.ts';
import { SimulatedTransport } from './simulated-transport.ts';
import { Trace } from './trace.ts';
import { VirtualTime } from './virtual-time.ts';

const DAY_MS = 86_400_000;

export interface WorldStatistics {
  invocations: number;
  attempts: number;
  crashes: number;
  failedCommits: number;
}

export interface WorldEvents {
  readonly onPublished: (invocation: InvocationId, awaited: Wait) => void;
  readonly onPromiseAwaited: (workflow: string, name: string) => void;
}

interface Life {
  readonly runtime: SimulatedRuntime;
  readonly transport: SimulatedTransport;
  readonly died: Promise<never>;
  readonly kill: (error: Error) => void;
}

export class World {
  readonly random: SeededRandom;
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly disk: SimulatedDisk;
  readonly settings: WorldSettings;
  readonly book: ClientBook;
  readonly endpoints: SimulatedEndpoints;
  readonly violations: string[] = [];
  readonly statistics: WorldStatistics = { invocations: 0, attempts: 0, crashes: 0, failedCommits: 0 };
  /** Deployments that new work may be pinned to now: two while one becomes current. */
  readonly current: Set<DeploymentId> = new Set();
  faulty = true;
  /** Invocations whose attempt has a message that is held up on its way to the partition. */
  readonly heldUp: Set<InvocationId> = new Set();
  readonly #audit: CommitAudit;
  /** Of the first execution of each id. */
  readonly #firstSeeds = new Map<InvocationId, string>();
  #store: MemoryStore;
  #life: Life | undefined;
  #clock: Clock | undefined;
  #latest = 0;
  #boot = 0;

  constructor(seed: number, events: WorldEvents) {
    this.random = new SeededRandom(seed);
    this.time = new VirtualTime(this.random);
    this.trace = new Trace(() => this.time.elapsedMs);
    this.settings = drawWorldSettings(this.random);
    const violation = (promise: string, message: string): void => this.violation(promise, message);
    const isForgetful = this.settings.retentionMs < DAY_MS;
    this.book = new ClientBook({ violation, trace: this.trace, isForgetful });
    this.disk = new SimulatedDisk(drawDiskOptions(this.random, this.time, () => this.faulty));
    this.#store = new MemoryStore(this.disk);
    this.endpoints = new SimulatedEndpoints({
      time: this.time,
      random: this.random,
      trace: this.trace,
      effects: new EffectsLedger(violation),
      journals: new JournalLedger(violation),
      violation,
      faulty: () => this.faulty,
      onAttempt: () => void this.statistics.attempts++,
      onStart: (invocation, randomSeed, deployment) => this.#checkStart(invocation, randomSeed, deployment.id),
      ...events,
    });
    this.#audit = new CommitAudit({
      partitions: () =>
        Array.from({ length: this.settings.partitions }, (_, index) => this.disk.image.partition(index)),
      onNeverStarted: (id) => this.book.ended.add(id),
      latest: () => this.#latestTime(),
      violation,
      onAccepted: (record) => this.#noteAccepted(record),
    });
  }

  violation(promise: string, message: string): void {
    this.trace.note(`BROKEN ${promise}: ${message}`);
    this.violations.push(`${promise}: ${message} (at ${this.time.elapsedMs} ms)`);
  }

  get isQuiet(): boolean {
    return this.#life !== undefined && isSettled(this.disk.image);
  }

  /** As the store has it now. */
  findRecord(id: InvocationId): InvocationRecord | undefined {
    return this.disk.image.partition(partitionOf(id, this.settings.partitions)).findInvocation(id);
  }

  /** Registers a deployment and makes it current. */
  async promote(name: string): Promise<DeploymentId> {
    const deployment = makeDeployment(this.random, name, this.settings);
    this.current.add(deployment.id);
    for (;;) {
      const life = await this.#alive();
      try {
        const stored = await orDeath(life, this.#store.loadRegistry());
        // Also when an earlier try can be read: its outcome is unknown, and what can be read need not be on disk.
        const registry = withCurrentDeployment(stored, deployment);
        await orDeath(life, this.#store.saveRegistry(registry, []));
        await orDeath(life, life.runtime.adopt(registry));
        break;
      } catch {
        await this.time.delay(50);
      }
    }
    this.trace.note(`${name} (${deployment.id}) is current`);
    this.current.clear();
    this.current.add(deployment.id);
    return deployment.id;
  }

  async start(): Promise<void> {
    const boot = ++this.#boot;
    // A crash while this starts gives the next life a store of its own; this one stays with the dead.
    const store = this.#store;
    let kill: (error: Error) => void = () => undefined;
    const died = new Promise<never>((_resolve, reject) => (kill = reject));
    died.catch(() => undefined);
    const transport = new SimulatedTransport({
      time: this.time,
      random: this.random,
      breaks: () => (this.faulty ? 0.15 : 0),
      accept: (request, side) => this.endpoints.accept(request, side),
    });
    const registry = await store.loadRegistry();
    const clock = this.#startClock();
    const runtime = await SimulatedRuntime.start({
      openStore: async (partition) =>
        this.#audit.watch(partition, await store.openPartition(partition), () => store.boot === this.disk.boot),
      settings: this.settings,
      registry,
      time: this.time,
      clock,
      random: this.random,
      transport,
      noteSender: (frames, sender) => this.#audit.noteSender(frames, sender),
      faulty: () => this.faulty,
      heldUp: this.heldUp,
      onProblem: ({ kind, error, command }) => {
        if (kind === 'commitFailed') this.statistics.failedCommits += 1;
        this.trace.note(`problem: ${kind} ${error instanceof Error ? error.message : String(error)}`);
        if (kind === 'commandFailed' && boot === this.#boot)
          this.violation('engine', `a ${command} command failed: ${describe(error)}`);
      },
    });
    if (boot === this.#boot) this.#life = { runtime, transport, died, kill };
  }

  /** That of production: it goes on when the wall clock is set back, and each process begins with the wall clock. */
  #startClock(): Clock {
    const { time } = this;
    this.#latestTime();
    this.#clock = createClock({
      wall: () => time.wall(),
      monotonic: () => time.elapsedMs,
      setTimeout: (callback, delayMs) => time.setTimer(delayMs, callback),
    });
    return this.#clock;
  }

  /** The latest time that any clock has ever shown: what is due later than this is not due. */
  #latestTime(): number {
    this.#latest = Math.max(this.#latest, this.time.latest, this.#clock?.now() ?? 0);
    return this.#latest;
  }

  /** SIGKILL and power loss at once; a new life begins a little later. */
  crash(): void {
    this.trace.note('the runtime dies');
    this.statistics.crashes += 1;
    this.#bury('the runtime died');
    this.#store = this.#store.crash();
    this.#startLater(this.random.between(0, 300));
  }

  /** As an operator does it: attempts may suspend, accepted commands are finished, then the next process starts. */
  async restartGracefully(): Promise<void> {
    const life = this.#life;
    const boot = this.#boot;
    if (life === undefined) return;
    this.trace.note('the runtime is asked to stop');
    await life.runtime.close(this.random.pick([0, 500, 5_000]));
    // It may have been killed meanwhile.
    if (boot !== this.#boot) return;
    this.trace.note('the runtime stopped');
    this.#bury('the runtime stopped');
    await this.#store.close();
    this.#store = new MemoryStore(this.disk);
    this.#startLater(this.random.between(0, 300));
  }

  /** Every process of some deployments dies, and some are away for a while. */
  crashEndpoints(): void {
    this.trace.note('endpoints die');
    this.#life?.transport.cutAll();
    for (const name of ['v1', 'v2']) if (this.random.chance(0.5)) this.endpoints.takeDown(name);
  }

  /** Repeats a command until it has an outcome. */
  async insist<C extends EngineCommand>(id: InvocationId, command: C): Promise<ReplyOf<C>> {
    return this.with(id, (partition) => partition.submit(command));
  }

  /** Once. What the caller learns of it: that there was no space and nothing was done, or anything else. */
  async tryOnce(id: InvocationId, command: EngineCommand): Promise<'notDone' | 'perhapsDone'> {
    const life = await this.#alive();
    try {
      await orDeath(life, life.runtime.of(id).submit(command));
      return 'perhapsDone';
    } catch (error) {
      if (!(error instanceof PartitionUnavailable)) throw error;
      return error.code === 'STORE_FULL' ? 'notDone' : 'perhapsDone';
    }
  }

  /** Lets a caller talk to the partition of `id`, again and again until it has an answer. */
  async with<T>(id: InvocationId, ask: (partition: PartitionPort) => Promise<T>): Promise<T> {
    for (;;) {
      const life = await this.#alive();
      try {
        return await orDeath(life, ask(life.runtime.of(id)));
      } catch (error) {
        if (!(error instanceof PartitionUnavailable)) throw error;
        await this.time.delay(this.random.between(1, 200));
      }
    }
  }

  #bury(reason: string): void {
    this.#boot += 1;
    this.#life?.transport.dropAll();
    this.#life?.kill(new PartitionUnavailable('OUTCOME_UNKNOWN', reason));
    this.#life = undefined;
  }

  #startLater(delayMs: number): void {
    const boot = this.#boot;
    this.time.setTimer(delayMs, () => {
      if (boot === this.#boot) void this.start();
    });
  }

  async #alive(): Promise<Life> {
    while (this.#life === undefined) await this.time.delay(20);
    return this.#life;
  }

  /**
   * P2: every attempt goes to the deployment that the record names, or named when the attempt was ordered. The invocation may have been
   * forgotten and accepted again while the attempt was on its way; that is another execution, with a pin of its own.
   */
  #checkStart(invocation: InvocationId, randomSeed: bigint, deployment: DeploymentId): void {
    const record = this.findRecord(invocation);
    if (record === undefined || BigInt(`0x${record.randomSeed}`) !== randomSeed) return;
    if (record.versions.some((version) => version.deployment === deployment)) return;
    this.violation('P2', `${invocation} is pinned to ${record.pin.deployment} and was attempted on ${deployment}`);
  }

  #noteAccepted(record: InvocationRecord): void {
    if (this.book.turnedAway.has(record.id))
      this.violation('P1', `${record.id} is accepted although its caller was told that nothing was done`);
    this.trace.note(`${record.id} ${record.target.service}/${record.target.handler}/${record.target.key} recorded`);
    this.#firstSeeds.set(record.id, this.#firstSeeds.get(record.id) ?? record.randomSeed);
    const problem = auditPin(record, {
      current: this.current,
      find: (id) => this.findRecord(id),
      livedBefore: ({ id, randomSeed }) => this.#firstSeeds.get(id) !== randomSeed,
    });
    if (problem !== undefined) this.violation('P2', problem);
  }
}

function orDeath<T>(life: Life, promise: Promise<T>): Promise<T> {
  return Promise.race([promise, life.died]);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
