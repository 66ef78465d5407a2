/** A simulated world: a runtime that crashes, endpoints that die, clients that insist, operators that meddle, and time that jumps. */
import { freshInvocationId } from '@holdfast/protocol';
import type { InvocationId, Result } from '@holdfast/protocol';
import type { EngineCommand, ReplyOf } from '../engine/command.ts';
import type { Deployment } from '../engine/registry.ts';
import type { AttemptRequest } from '../invoker/transport.ts';
import { PartitionUnavailable } from '../partition/port.ts';
import { MemoryStore } from '../store/memory/memory-store.ts';
import { SimulatedDisk } from '../store/memory/simulated-disk.ts';
import { isSettled } from './disk-checks.ts';
import { EffectsLedger } from './effects-ledger.ts';
import { encode } from './handler.ts';
import type { Callee } from './program.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedAttempt } from './simulated-attempt.ts';
import { makeDeployment, withCurrentDeployment } from './simulated-registry.ts';
import { SimulatedRuntime } from './simulated-runtime.ts';
import { SimulatedTransport } from './simulated-transport.ts';
import type { EndpointSide, EndpointStream } from './simulated-transport.ts';
import { VirtualTime } from './virtual-time.ts';

export interface WorldStatistics {
  invocations: number;
  attempts: number;
  crashes: number;
  failedCommits: number;
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
  readonly disk: SimulatedDisk;
  readonly violations: string[] = [];
  readonly statistics: WorldStatistics = { invocations: 0, attempts: 0, crashes: 0, failedCommits: 0 };
  readonly ledger: EffectsLedger;
  readonly partitions: number;
  /** What was promised to a client: 202 or better. */
  readonly accepted: Map<InvocationId, { readonly deployment: string; readonly callee: Callee }> = new Map();
  readonly results: Map<InvocationId, string> = new Map();
  /** Cancelled or killed by the operator. */
  readonly ended: Set<InvocationId> = new Set();
  faulty = true;
  #store: MemoryStore;
  #life: Life | undefined;
  #boot = 0;
  readonly #endpointDownUntil = new Map<string, number>();
  readonly #stumbled = new Set<string>();
  readonly #promisesAsked = new Set<string>();
  readonly #deploymentOf = new Map<string, string>();
  readonly #attemptsMax: number;
  #hash = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.time = new VirtualTime(this.random);
    this.partitions = this.random.pick([1, 1, 2, 3]);
    this.#attemptsMax = this.random.pick([2, 5, 100]);
    this.ledger = new EffectsLedger((promise, message) => this.violation(promise, message));
    this.disk = new SimulatedDisk(this.#diskOptions());
    this.#store = new MemoryStore(this.disk);
  }

  /** The same for the same seed: a fold over everything that left the runtime. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  violation(promise: string, message: string): void {
    this.violations.push(`${promise}: ${message} (at ${this.time.now() - 1_750_000_000_000} ms)`);
  }

  /** Registers a deployment and makes it current. */
  async promote(name: string): Promise<void> {
    const deployment = makeDeployment(this.random, name);
    for (;;) {
      const life = await this.#alive();
      try {
        const stored = await this.#orDeath(life, this.#store.loadRegistry());
        const registry = stored.deployments.has(deployment.id) ? stored : withCurrentDeployment(stored, deployment);
        if (registry !== stored) await this.#orDeath(life, this.#store.saveRegistry(registry, []));
        await this.#orDeath(life, life.runtime.adopt(registry));
        return;
      } catch {
        await this.time.delay(50);
      }
    }
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
      accept: (request, side) => this.#accept(request, side),
    });
    const registry = await store.loadRegistry();
    const runtime = await SimulatedRuntime.start({
      store,
      partitions: this.partitions,
      registry,
      time: this.time,
      random: this.random,
      transport,
      attemptsMax: this.#attemptsMax,
      faulty: () => this.faulty,
      onProblem: ({ kind, error, command }) => {
        if (kind === 'commitFailed') this.statistics.failedCommits += 1;
        if (kind === 'commandFailed' && boot === this.#boot)
          this.violation('engine', `a ${command} command failed: ${describe(error)}`);
      },
    });
    if (boot === this.#boot) this.#life = { runtime, transport, died, kill };
  }

  /** SIGKILL and power loss at once; a new life begins a little later. */
  crash(): void {
    this.statistics.crashes += 1;
    this.#boot += 1;
    this.#life?.transport.dropAll();
    this.#life?.kill(new PartitionUnavailable('OUTCOME_UNKNOWN', 'the runtime died'));
    this.#life = undefined;
    this.#store = this.#store.crash();
    const boot = this.#boot;
    this.time.setTimer(this.random.between(0, 300), () => {
      if (boot === this.#boot) void this.start();
    });
  }

  /** Every process of a deployment dies, and is away for a while. */
  crashEndpoints(): void {
    this.#life?.transport.cutAll();
    for (const name of ['v1', 'v2'])
      if (this.random.chance(0.5)) this.#endpointDownUntil.set(name, this.time.now() + this.random.between(0, 2_000));
  }

  newId(callee: Callee): InvocationId {
    const key = callee.key === '' ? {} : { key: { service: callee.service, key: callee.key } };
    return freshInvocationId({ ...key, entropy: this.random.bytes(24) });
  }

  /** Sends until somebody says that it is accepted; the same id every time. */
  async send(id: InvocationId, callee: Callee, delayMs = 0): Promise<void> {
    const startAt = delayMs === 0 ? 0 : this.time.now() + delayMs;
    const input = encode(callee.program);
    const { service, handler, key } = callee;
    const reply = await this.insist(id, { kind: 'invoke', id, service, handler, key, headers: [], input, startAt });
    if (reply.kind === 'refused') {
      this.violation('P1', `${id} was refused: ${reply.refusal.message}`);
      return;
    }
    this.statistics.invocations += 1;
    this.accepted.set(id, { deployment: reply.deployment, callee });
    this.#notePin(id, reply.deployment);
    if (reply.result !== undefined) this.noteResult(id, reply.result);
  }

  async awaitResult(id: InvocationId): Promise<void> {
    for (;;) {
      const reply = await this.insist(id, { kind: 'attachCaller', invocation: id });
      if (reply.kind === 'completed') return this.noteResult(id, reply.result);
      if (reply.kind === 'notFound') {
        // What is cancelled or killed before it starts is not retained.
        if (!this.ended.has(id)) this.violation('P1', `${id} was accepted and is not there any more`);
        return;
      }
      await this.time.delay(this.random.between(100, 3_000));
    }
  }

  noteResult(id: InvocationId, result: Result): void {
    const text =
      result.kind === 'success'
        ? new TextDecoder().decode(result.value)
        : `!${result.failure.code} ${result.failure.message}`;
    const before = this.results.get(id);
    if (before !== undefined && before !== text)
      this.violation('P1', `the result of ${id} changed from ${before} to ${text}`);
    this.results.set(id, text);
    this.#fold(`${id}=${text}`);
  }

  /** Repeats a command until it has an outcome. */
  async insist<C extends EngineCommand>(id: InvocationId, command: C): Promise<ReplyOf<C>> {
    for (;;) {
      const life = await this.#alive();
      try {
        return await this.#orDeath(life, life.runtime.of(id).submit(command));
      } catch (error) {
        if (!(error instanceof PartitionUnavailable)) throw error;
        await this.time.delay(this.random.between(1, 200));
      }
    }
  }

  get isQuiet(): boolean {
    return this.#life !== undefined && isSettled(this.disk.image);
  }

  #diskOptions(): ConstructorParameters<typeof SimulatedDisk>[0] {
    const { random, time } = this;
    const slow = random.chance(0.6);
    const failRate = random.pick([0, 0, 0.01]);
    return {
      random: random.next,
      commitFails: () => this.faulty && random.chance(failRate),
      delay: (phase) => {
        if (phase === 'load') return slow && random.chance(0.5) ? time.delay(random.between(0, 10)) : undefined;
        return time.delay(random.between(0, phase === 'sync' ? 8 : 2));
      },
    };
  }

  async #alive(): Promise<Life> {
    while (this.#life === undefined) await this.time.delay(20);
    return this.#life;
  }

  #orDeath<T>(life: Life, promise: Promise<T>): Promise<T> {
    return Promise.race([promise, life.died]);
  }

  #accept(request: AttemptRequest, side: EndpointSide): EndpointStream | undefined {
    const { deployment, headers } = request;
    const invocation = headers['x-restate-invocation-id'] ?? '';
    this.statistics.attempts += 1;
    this.#notePin(invocation, deployment.id);
    this.#fold(`${invocation}@${deployment.fingerprint}`);
    if ((this.#endpointDownUntil.get(deployment.fingerprint) ?? 0) > this.time.now() && this.faulty) return undefined;
    return new SimulatedAttempt({
      version: deployment.protocolVersion,
      now: () => this.time.now(),
      send: (bytes) => side.send(bytes),
      finish: () => side.finish(),
      execute: (step, done) => this.#execute(step, done),
      confirm: (step) => this.ledger.confirm(step.invocation, step.completionId, new TextDecoder().decode(step.value)),
      stumbles: (name) => this.#stumbles(deployment, name),
      askForPromise: (workflow, name) => this.#askForPromise(workflow, name),
      violation: (promise, message) => this.violation(promise, message),
    });
  }

  /** An invocation runs on one deployment only; nobody moves any in this world. */
  #notePin(invocation: string, deployment: string): void {
    const before = this.#deploymentOf.get(invocation);
    if (before !== undefined && before !== deployment)
      this.violation('P2', `${invocation} ran on ${before} and on ${deployment}`);
    this.#deploymentOf.set(invocation, deployment);
  }

  #execute(
    step: { readonly invocation: string; readonly completionId: number; readonly publish: number | undefined },
    done: (value: Uint8Array) => void,
  ): void {
    const token = this.ledger.begin(step.invocation, step.completionId);
    if (step.publish !== undefined) this.#resolveLater(step.invocation, step.publish);
    this.time.setTimer(this.random.pick([0, 1, 10, 100]), () => done(encode(token)));
  }

  #resolveLater(invocation: string, signalId: number): void {
    const times = this.random.chance(0.2) ? 2 : 1;
    for (let index = 0; index < times; index++) {
      const value = encode(`person ${index}`);
      // Ids in frames are ids that the runtime gave.
      const id = invocation as InvocationId;
      const signal = { kind: 'signal', id: signalId } as const;
      void this.time
        .delay(this.random.pick([0, 10, 1_000, 5_000]))
        .then(() =>
          this.insist(id, { kind: 'deliverSignal', invocation: id, signal, result: { kind: 'success', value } }),
        );
    }
  }

  #stumbles(deployment: Deployment, name: string): boolean {
    const place = `${deployment.id}/${name}`;
    if (this.#stumbled.has(place)) return false;
    this.#stumbled.add(place);
    return true;
  }

  #askForPromise(workflow: string, name: string): void {
    const place = `${workflow}/${name}`;
    if (this.#promisesAsked.has(place)) return;
    this.#promisesAsked.add(place);
    const callee: Callee = {
      service: 'Flow',
      handler: 'help',
      key: workflow,
      program: { id: `help ${place}`, operations: [{ op: 'resolvePromise', name }], ends: 'value' },
    };
    void this.time.delay(this.random.between(0, 2_000)).then(() => this.send(this.newId(callee), callee));
  }

  #fold(text: string): void {
    for (let index = 0; index < text.length; index++)
      this.#hash = Math.imul(this.#hash ^ text.charCodeAt(index), 0x01000193);
    this.#hash ^= this.time.now() & 0xffff;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
