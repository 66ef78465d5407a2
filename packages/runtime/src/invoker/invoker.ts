/**
 * Runs the attempts of one partition: opens what the partition orders, as many at once as allowed, in the order of the orders of each
 * deployment. Deployments take turns, and none may take all places (places.ts). While an endpoint cannot be reached its orders
 * wait, and one attempt at a time probes (endpoint-circuit.ts).
 *
 * A place is held only while the handler may do something. When others wait for one, the attempts that have only waited for the
 * longest time are asked to suspend: else a thousand parents that wait for their children would keep the children out. What
 * is suspended is not known here at all.
 */
import { type DeploymentId, type InvocationId } from '@holdfast/protocol';
import type { Clock, Timer } from '../clock.ts';
import { isSameAttempt } from '../engine/attempt-name.ts';
import type { AttemptEffect, StartAttempt, StopAttempt } from '../engine/effect.ts';
import type { Deployment } from '../engine/registry.ts';
import type { AttemptPort, DeploymentHold, PartitionPort } from '../partition/port.ts';
import type { PartitionStore } from '../store/store.ts';
import { Attempt, type AttemptSurroundings } from './attempt.ts';
import { type AttemptProblem, describeFailure } from './attempt-problem.ts';
import { AttemptQueue, type LaneVerdict } from './attempt-queue.ts';
import { buildAttemptRequest, type RequestSigner } from './attempt-request.ts';
import { EndpointCircuits } from './endpoint-circuits.ts';
import { EndpointPace } from './endpoint-pace.ts';
import { type AttemptEnd, reportEnd } from './end-report.ts';
import { InboundBudget } from './inbound-budget.ts';
import { defaultInvokerLimits, type InvokerLimits } from './invoker-limits.ts';
import { Places } from './places.ts';
import type { Transport } from './transport.ts';
import { WarmStream, WarmStreams } from './warm-streams.ts';

export interface InvokerOptions {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly partition: Pick<PartitionPort, 'submit'>;
  readonly store: Pick<PartitionStore, 'readJournal' | 'readState'>;
  /** Must know a deployment before the partition pins work to it. */
  readonly findDeployment: (id: DeploymentId) => Deployment | undefined;
  /** In [0, 1); jitter of back-offs and probes. */
  readonly random: () => number;
  readonly signer?: RequestSigner;
  readonly limits?: Partial<InvokerLimits>;
}

export class Invoker implements AttemptPort {
  readonly #options: InvokerOptions;
  readonly #limits: InvokerLimits;
  readonly #around: AttemptSurroundings;
  /** Attempts whose end the engine does not know yet; each holds a place. */
  readonly #open = new Map<InvocationId, Attempt>();
  /** Settled, with a stream that still drains. */
  readonly #draining = new Set<Attempt>();
  readonly #queue = new AttemptQueue();
  readonly #warm = new WarmStreams();
  readonly #places: Places;
  readonly #circuits: EndpointCircuits;
  readonly #touched = new Set<Attempt>();
  readonly #pace = new EndpointPace();
  #yieldTimer: Timer | undefined;
  #closing = false;
  #onIdle: (() => void) | undefined;

  constructor(options: InvokerOptions) {
    this.#options = options;
    this.#limits = { ...defaultInvokerLimits, ...options.limits };
    this.#places = new Places(this.#limits.attemptsMax);
    this.#circuits = new EndpointCircuits({
      clock: options.clock,
      random: options.random,
      countWaiting: (deployment) => this.#queue.countOf(deployment),
      onWake: (deployment) => {
        this.#queue.wake(deployment);
        this.#fillPlaces();
      },
    });
    this.#around = {
      clock: options.clock,
      transport: options.transport,
      partition: options.partition,
      store: options.store,
      limits: this.#limits,
      inbound: new InboundBudget(this.#limits.bufferedBytesMax),
      random: options.random,
      ...(options.signer === undefined ? {} : { signer: options.signer }),
      onReached: (attempt) => this.#circuits.reached(attempt),
      onUnreached: (attempt, reach) => this.#circuits.failed(attempt, reach),
      onSettled: (attempt) => this.#settled(attempt),
      onClosed: (attempt) => this.#closed(attempt),
    };
  }

  /** For metrics: places taken, orders that wait for one, streams that only drain. */
  get load(): { readonly open: number; readonly queued: number; readonly draining: number } {
    return { open: this.#open.size, queued: this.#queue.size, draining: this.#draining.size };
  }

  /** For metrics: bytes from endpoints that are not durable, or belong to a message that is not complete. */
  get inboundBytes(): number {
    return this.#around.inbound.held;
  }

  /** Undefined when the endpoint of the deployment can be reached, for all that is known. */
  findHold(deployment: DeploymentId): DeploymentHold | undefined {
    const unreachable = this.#circuits.findUnreachable(deployment);
    return unreachable === undefined ? undefined : { unreachable, waiting: this.#queue.countOf(deployment) };
  }

  /** True for an invocation whose attempt is ordered and not opened yet. */
  isWaiting(invocation: InvocationId): boolean {
    return this.#queue.find(invocation) !== undefined;
  }

  prepare(orders: readonly StartAttempt[]): void {
    for (const order of orders) {
      const { deployment: id } = order.pin;
      if (this.#closing || this.#queue.countOf(id) > 0) continue;
      if (!this.#circuits.isClosed(id) || !this.#places.mayTake(id)) continue;
      const deployment = this.#options.findDeployment(id);
      if (deployment?.protocolMode !== 'bidi') continue;
      this.#places.take(id);
      const { clock, signer, transport } = this.#around;
      const request = buildAttemptRequest(order, { deployment, now: clock.wall(), signer });
      this.#warm.add(new WarmStream(order, request, transport));
    }
  }

  release(effects: readonly AttemptEffect[]): void {
    for (const effect of effects) this.#apply(effect);
    this.#giveUpWarm();
    // One write per stream and release: the price of a message is its wake-up, here and in the endpoint.
    for (const attempt of this.#touched) attempt.flush();
    this.#touched.clear();
    this.#makeRoom();
  }

  resetAll(): void {
    this.#queue.clear();
    this.#giveUpWarm();
    for (const attempt of [...this.#open.values(), ...this.#draining]) attempt.abort();
    this.#circuits.stopTimers();
  }

  /**
   * Asks every attempt to suspend and waits for their ends, `waitMs` at most; the rest is cut off and continues after the next
   * start. The partition must take messages until this resolves. Orders that arrive from now on are ignored.
   */
  async close(waitMs: number): Promise<void> {
    this.#closing = true;
    this.#queue.clear();
    this.#makeRoom();
    for (const attempt of this.#open.values()) attempt.requestSuspension();
    if (this.#open.size + this.#draining.size > 0) await this.#untilIdle(waitMs);
    this.resetAll();
  }

  #apply(effect: AttemptEffect): void {
    if (effect.kind === 'startAttempt') return this.#order(effect);
    const attempt = this.#open.get(effect.invocation);
    if (attempt === undefined || !isSameAttempt(attempt, effect)) return this.#applyToQueued(effect);
    switch (effect.kind) {
      case 'notify':
        attempt.notify(effect);
        this.#touched.add(attempt);
        return;
      case 'acknowledgeCommand':
        attempt.acknowledgeCommand(effect.commandIndex);
        this.#touched.add(attempt);
        return;
      case 'stopAttempt':
        if (effect.how === 'suspend') attempt.requestSuspension();
        else if (effect.how === 'reject') attempt.reject();
        else attempt.abort();
    }
  }

  /** Effects of an attempt that waits for a place. What is not for the queued one is for a zombie, and dropped. */
  #applyToQueued(effect: Exclude<AttemptEffect, StartAttempt>): void {
    const order = this.#queue.find(effect.invocation);
    if (order === undefined || !isSameAttempt(order, effect)) return;
    // An entry appended before the attempt opens becomes part of its replay; nothing needs to be kept for it.
    if (effect.kind === 'notify')
      this.#queue.put({ ...order, journalLength: Math.max(order.journalLength, effect.index + 1) });
    else if (effect.kind === 'stopAttempt') this.#withdraw(order, effect.how);
  }

  /** Nothing was tried and nothing needs to end: what is to pause does so at once. */
  #withdraw(order: StartAttempt, how: StopAttempt['how']): void {
    const { invocation, createdAt, epoch } = order;
    this.#queue.remove(invocation);
    if (how === 'suspend') this.#reportEnd({ kind: 'withdrawAttempt', invocation, createdAt, epoch });
  }

  #order(order: StartAttempt): void {
    if (this.#closing) return;
    const earlier = this.#open.get(order.invocation);
    if (earlier !== undefined) {
      if (earlier.createdAt === order.createdAt && earlier.epoch >= order.epoch) return;
      earlier.abort();
    }
    const { deployment } = order.pin;
    const warm = this.#warm.take(order);
    if (warm !== undefined) this.#places.giveBack(deployment);
    const verdict = this.#queue.countOf(deployment) === 0 ? this.#decide(deployment) : 'full';
    if (verdict === 'start') return this.#start(order, warm);
    warm?.reset();
    this.#queue.put(order);
    if (verdict === 'held') this.#queue.hold(deployment);
    // The place that was kept for it is free now.
    if (warm !== undefined) this.#fillPlaces();
  }

  /** What was prepared and not released has no attempt; others may have its places. */
  #giveUpWarm(): void {
    const left = this.#warm.clear();
    for (const order of left) this.#places.giveBack(order.pin.deployment);
    if (left.length > 0) this.#fillPlaces();
  }

  #decide(deployment: DeploymentId): LaneVerdict {
    if (!this.#circuits.mayStart(deployment)) return 'held';
    return this.#places.mayTake(deployment) ? 'start' : 'full';
  }

  #start(order: StartAttempt, warm?: WarmStream): void {
    const deployment = this.#options.findDeployment(order.pin.deployment);
    if (deployment === undefined) {
      warm?.reset();
      const message = 'is not registered any more; register it again, or move the invocation.';
      return this.#refuse(order, { code: 'DEPLOYMENT_GONE', protocolCode: 500, message, counts: false });
    }
    const { service, handler: name } = order.target;
    const handler = deployment.services.get(service)?.handlers.get(name);
    if (handler === undefined) {
      warm?.reset();
      const message = `does not serve ${service}/${name}.`;
      return this.#refuse(order, { code: 'HANDLER_GONE', protocolCode: 404, message, counts: true }, deployment);
    }
    const attempt = new Attempt(order, { deployment, handler, warm }, this.#around);
    this.#open.set(order.invocation, attempt);
    this.#places.take(deployment.id);
    this.#circuits.started(attempt);
    attempt.start();
  }

  #refuse(order: StartAttempt, problem: AttemptProblem, deployment?: Deployment): void {
    const address = deployment === undefined ? {} : { address: deployment.address.uri };
    this.#reportEnd(describeFailure(problem, { order, ...address, jitter: this.#options.random() }));
  }

  #reportEnd(end: AttemptEnd): void {
    const { clock, partition, random } = this.#options;
    reportEnd({ partition, clock, random, stillWanted: () => !this.#closing }, end);
  }

  #settled(attempt: Attempt): void {
    if (this.#open.get(attempt.invocation) === attempt) this.#open.delete(attempt.invocation);
    this.#places.giveBack(attempt.deployment);
    attempt.tellPace(this.#pace);
    this.#draining.add(attempt);
    this.#circuits.ended(attempt);
    this.#fillPlaces();
  }

  #closed(attempt: Attempt): void {
    this.#draining.delete(attempt);
    if (this.#open.size + this.#draining.size === 0) this.#onIdle?.();
  }

  #fillPlaces(): void {
    for (;;) {
      const order = this.#queue.take((deployment) => this.#decide(deployment));
      if (order === undefined) return;
      this.#start(order);
    }
  }

  /** Asks as many waiting attempts to suspend as orders lack a place, and looks again until none does. */
  #makeRoom(): void {
    if (this.#queue.ready === 0) {
      this.#yieldTimer?.cancel();
      this.#yieldTimer = undefined;
      return;
    }
    if (this.#yieldTimer !== undefined) return;
    const { clock } = this.#options;
    this.#yieldTimer = clock.setTimer(this.#limits.yieldAfterMs, () => {
      this.#yieldTimer = undefined;
      for (const attempt of this.#chooseYielding(clock.now())) attempt.requestSuspension();
      this.#makeRoom();
    });
  }

  #chooseYielding(now: number): readonly Attempt[] {
    const waiting: { readonly attempt: Attempt; readonly waitedMs: number }[] = [];
    let asked = 0;
    for (const attempt of this.#open.values()) attempt.tellPace(this.#pace);
    for (const attempt of this.#open.values()) {
      // Room that others make is not for who has its share.
      if (!this.#places.holdsItsShare(attempt.deployment)) continue;
      if (attempt.suspending) asked += 1;
      const waitedMs = attempt.waitedMs(now, this.#pace);
      if (waitedMs !== undefined && waitedMs >= this.#limits.yieldAfterMs) waiting.push({ attempt, waitedMs });
    }
    // Not a difference: two handlers that both said they wait have both waited for `Infinity`.
    waiting.sort((a, b) => (a.waitedMs === b.waitedMs ? 0 : b.waitedMs > a.waitedMs ? 1 : -1));
    return waiting.slice(0, Math.max(0, this.#queue.ready - asked)).map((one) => one.attempt);
  }

  #untilIdle(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimer(waitMs, resolve);
      this.#onIdle = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
