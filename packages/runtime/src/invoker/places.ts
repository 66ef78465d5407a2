import type { DeploymentId } from '@holdfast/protocol';

/**
 * The places for open attempts. Who holds a place may never give it back, so what is handed out must leave room: a deployment that
 * holds more than is still free gets no further place. Alone it gets half of all, two that want everything get a
 * third each, and of a thousand places something is left after eight deployments have taken all they get and hang.
 */
export class Places {
  readonly #max: number;
  readonly #heldBy = new Map<DeploymentId, number>();
  #held = 0;

  constructor(max: number) {
    this.#max = max;
  }

  mayTake(deployment: DeploymentId): boolean {
    return this.#held < this.#max && !this.holdsItsShare(deployment);
  }

  /** True when this deployment's own attempts must end before it gets another place. */
  holdsItsShare(deployment: DeploymentId): boolean {
    return (this.#heldBy.get(deployment) ?? 0) > this.#max - this.#held;
  }

  take(deployment: DeploymentId): void {
    this.#held += 1;
    this.#heldBy.set(deployment, (this.#heldBy.get(deployment) ?? 0) + 1);
  }

  giveBack(deployment: DeploymentId): void {
    const held = (this.#heldBy.get(deployment) ?? 0) - 1;
    this.#held -= 1;
    if (held > 0) this.#heldBy.set(deployment, held);
    else this.#heldBy.delete(deployment);
  }
}
