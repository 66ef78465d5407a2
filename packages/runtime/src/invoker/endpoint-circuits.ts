import type { DeploymentId } from '@holdfast/protocol';
import type { Clock, Timer } from '../clock.ts';
import type { Unreachable } from '../partition/port.ts';
import { EndpointCircuit, type FailedReach } from './endpoint-circuit.ts';

/** What a circuit sees of an attempt. */
export interface Reaching {
  readonly deployment: DeploymentId;
  /** Its connection stands. */
  readonly connected: boolean;
}

export interface EndpointCircuitsOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Orders of a deployment that wait. */
  readonly countWaiting: (deployment: DeploymentId) => number;
  /** Orders of this deployment, held back so far, may start. */
  readonly onWake: (deployment: DeploymentId) => void;
}

// A handler over HTTP/1.1 may compute for an hour before its response begins. One that has a connection and is only silent was reached.
const silenceMs = 1_000;

/** The circuits of all deployments, with their timers: at most one per deployment that cannot be reached, and one per trial. */
export class EndpointCircuits {
  readonly #options: EndpointCircuitsOptions;
  readonly #circuits = new Map<DeploymentId, EndpointCircuit>();
  readonly #probes = new Map<DeploymentId, { readonly at: number; readonly timer: Timer }>();
  readonly #silences = new Map<Reaching, Timer>();

  constructor(options: EndpointCircuitsOptions) {
    this.#options = options;
  }

  isClosed(deployment: DeploymentId): boolean {
    return this.#circuits.get(deployment)?.isClosed ?? true;
  }

  mayStart(deployment: DeploymentId): boolean {
    const circuit = this.#circuits.get(deployment);
    if (circuit === undefined || circuit.mayStart(this.#options.clock.now())) return true;
    this.#awaitProbe(deployment, circuit);
    return false;
  }

  findUnreachable(deployment: DeploymentId): Unreachable | undefined {
    return this.#circuits.get(deployment)?.unreachable;
  }

  started(attempt: Reaching): void {
    const isTrial = this.#circuitOf(attempt.deployment).started(attempt);
    if (isTrial) this.#watchSilence(attempt);
  }

  reached(attempt: Reaching): void {
    const { clock, countWaiting } = this.#options;
    this.#stopWatching(attempt);
    this.#circuitOf(attempt.deployment).reached(attempt, clock.now(), countWaiting(attempt.deployment));
    this.#wakeIfOpen(attempt.deployment);
  }

  failed(attempt: Reaching, reach: FailedReach): void {
    this.#stopWatching(attempt);
    this.#circuitOf(attempt.deployment).failed(attempt, reach, this.#options.clock.now());
  }

  ended(attempt: Reaching): void {
    this.#stopWatching(attempt);
    this.#circuitOf(attempt.deployment).ended(attempt);
    this.#wakeIfOpen(attempt.deployment);
  }

  /** Nothing waits any more. What was learned of endpoints stays. */
  stopTimers(): void {
    for (const { timer } of this.#probes.values()) timer.cancel();
    for (const timer of this.#silences.values()) timer.cancel();
    this.#probes.clear();
    this.#silences.clear();
  }

  #circuitOf(deployment: DeploymentId): EndpointCircuit {
    let circuit = this.#circuits.get(deployment);
    if (circuit === undefined) {
      circuit = new EndpointCircuit(this.#options.random);
      this.#circuits.set(deployment, circuit);
    }
    return circuit;
  }

  #wakeIfOpen(deployment: DeploymentId): void {
    if (this.#options.countWaiting(deployment) > 0 && this.mayStart(deployment)) this.#options.onWake(deployment);
  }

  #awaitProbe(deployment: DeploymentId, circuit: EndpointCircuit): void {
    const { clock, onWake } = this.#options;
    const { wakeAt } = circuit;
    if (wakeAt === undefined) return;
    const armed = this.#probes.get(deployment);
    // One that is late is of an earlier time when it could not be reached.
    if (armed !== undefined && armed.at <= wakeAt) return;
    armed?.timer.cancel();
    const timer = clock.setTimer(Math.max(0, wakeAt - clock.now()), () => {
      this.#probes.delete(deployment);
      onWake(deployment);
    });
    this.#probes.set(deployment, { at: wakeAt, timer });
  }

  #watchSilence(attempt: Reaching): void {
    const timer = this.#options.clock.setTimer(silenceMs, () => {
      if (attempt.connected) this.reached(attempt);
      else this.#watchSilence(attempt);
    });
    this.#silences.set(attempt, timer);
  }

  #stopWatching(attempt: Reaching): void {
    this.#silences.get(attempt)?.cancel();
    this.#silences.delete(attempt);
  }
}
