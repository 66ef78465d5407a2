import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import type { StartAttempt } from '../engine/effect.ts';

interface Place {
  order: StartAttempt | undefined;
}

/**
 * What the queue does about the next order of a deployment: `start` gives it out; `full` passes the deployment over this time;
 * `held` passes it over until `wake` is called for it.
 */
export type LaneVerdict = 'start' | 'full' | 'held';

/**
 * Attempts that wait for a place: a lane per deployment, first in, first out, with removal by invocation. Lanes take turns, so that
 * a deployment with ten thousand orders does not keep one with a single order waiting. A lane that is held costs nothing until it is woken.
 *
 * Array and moving head rather than a Map's insertion order: taking the first key of a Map walks over everything that was
 * deleted before it.
 */
export class AttemptQueue {
  readonly #places = new Map<InvocationId, Place>();
  readonly #lanes = new Map<DeploymentId, Lane>();
  /** Lanes that have orders and are not held. */
  #turns: Lane[] = [];
  #turn = 0;
  #held = 0;

  /** All orders. */
  get size(): number {
    return this.#places.size;
  }

  /** Orders that wait for nothing but a place. */
  get ready(): number {
    return this.#places.size - this.#held;
  }

  /** Orders of one deployment. */
  countOf(deployment: DeploymentId): number {
    return this.#lanes.get(deployment)?.size ?? 0;
  }

  find(invocation: InvocationId): StartAttempt | undefined {
    return this.#places.get(invocation)?.order;
  }

  /** A later order for the same invocation keeps the place of the earlier one, unless it goes to another deployment. */
  put(order: StartAttempt): void {
    const existing = this.#places.get(order.invocation);
    if (existing?.order?.pin.deployment === order.pin.deployment) {
      existing.order = order;
      return;
    }
    this.remove(order.invocation);
    const place: Place = { order };
    this.#places.set(order.invocation, place);
    this.#laneOf(order.pin.deployment).put(place);
  }

  remove(invocation: InvocationId): void {
    const place = this.#places.get(invocation);
    if (place?.order === undefined) return;
    const lane = this.#lanes.get(place.order.pin.deployment);
    place.order = undefined;
    this.#places.delete(invocation);
    if (lane === undefined) return;
    if (lane.held) this.#held -= 1;
    lane.size -= 1;
    if (lane.size === 0) this.#drop(lane);
  }

  /** The next order of the next lane that may start one. */
  take(decide: (deployment: DeploymentId) => LaneVerdict): StartAttempt | undefined {
    for (let asked = this.#turns.length; asked > 0; asked -= 1) {
      if (this.#turn >= this.#turns.length) this.#turn = 0;
      const lane = this.#turns[this.#turn];
      if (lane === undefined) return undefined;
      const verdict = decide(lane.deployment);
      if (verdict === 'held') {
        this.hold(lane.deployment);
        continue;
      }
      this.#turn += 1;
      if (verdict === 'full') continue;
      const order = lane.take();
      if (order === undefined) throw new Error(`The lane of ${lane.deployment} counts an order that it does not have.`);
      this.#places.delete(order.invocation);
      if (lane.size === 0) this.#drop(lane);
      return order;
    }
    return undefined;
  }

  /** Keeps the orders of a deployment back until `wake`. */
  hold(deployment: DeploymentId): void {
    const lane = this.#lanes.get(deployment);
    if (lane === undefined || lane.held) return;
    lane.held = true;
    this.#held += lane.size;
    this.#leaveTurns(lane);
  }

  wake(deployment: DeploymentId): void {
    const lane = this.#lanes.get(deployment);
    if (lane?.held !== true) return;
    lane.held = false;
    this.#held -= lane.size;
    this.#turns.push(lane);
  }

  clear(): void {
    this.#places.clear();
    this.#lanes.clear();
    this.#turns = [];
    this.#turn = 0;
    this.#held = 0;
  }

  #laneOf(deployment: DeploymentId): Lane {
    let lane = this.#lanes.get(deployment);
    if (lane === undefined) {
      lane = new Lane(deployment);
      this.#lanes.set(deployment, lane);
      this.#turns.push(lane);
    }
    if (lane.held) this.#held += 1;
    return lane;
  }

  #drop(lane: Lane): void {
    this.#lanes.delete(lane.deployment);
    if (!lane.held) this.#leaveTurns(lane);
  }

  #leaveTurns(lane: Lane): void {
    const index = this.#turns.indexOf(lane);
    if (index === -1) return;
    this.#turns.splice(index, 1);
    if (index < this.#turn) this.#turn -= 1;
  }
}

class Lane {
  readonly deployment: DeploymentId;
  held = false;
  /** Places that still have their order. */
  size = 0;
  #line: Place[] = [];
  #head = 0;

  constructor(deployment: DeploymentId) {
    this.deployment = deployment;
  }

  put(place: Place): void {
    this.#line.push(place);
    this.size += 1;
  }

  take(): StartAttempt | undefined {
    while (this.#head < this.#line.length) {
      const order = this.#line[this.#head]?.order;
      this.#head += 1;
      this.#compact();
      if (order === undefined) continue;
      this.size -= 1;
      return order;
    }
    return undefined;
  }

  #compact(): void {
    if (this.#head < 1_024 || this.#head * 2 < this.#line.length) return;
    this.#line = this.#line.slice(this.#head);
    this.#head = 0;
  }
}
