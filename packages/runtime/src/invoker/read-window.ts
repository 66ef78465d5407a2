import type { DeploymentId } from '@holdfast/protocol';
import type { InboundBudget } from './inbound-budget.ts';

/**
 * Bounds what one stream has in flight between socket and disk. `take` answers when reading must stop, `give` when it may go
 * on; half the limit lies between, so that a stream at the limit is not paused and resumed for every message. When all streams of a
 * deployment together have too much in flight, each stops after what it has, and goes on when that is durable.
 */
export class ReadWindow {
  readonly #deployment: DeploymentId;
  readonly #bytesMax: number;
  readonly #budget: InboundBudget;
  #bytes = 0;
  #paused = false;

  constructor(deployment: DeploymentId, bytesMax: number, budget: InboundBudget) {
    this.#deployment = deployment;
    this.#bytesMax = bytesMax;
    this.#budget = budget;
  }

  get unacknowledged(): number {
    return this.#bytes;
  }

  take(bytes: number): boolean {
    this.#bytes += bytes;
    this.#budget.add(this.#deployment, bytes);
    if (this.#paused || (this.#bytes <= this.#bytesMax && !this.#budget.isExceededBy(this.#deployment))) return false;
    this.#paused = true;
    return true;
  }

  give(bytes: number): boolean {
    this.#bytes -= bytes;
    this.#budget.add(this.#deployment, -bytes);
    if (!this.#paused || this.#bytes > this.#bytesMax / 2) return false;
    this.#paused = false;
    return true;
  }
}
