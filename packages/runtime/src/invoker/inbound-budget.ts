import type { DeploymentId } from '@holdfast/protocol';

/**
 * Bytes that all endpoints together may have in memory: parts of messages that are not complete, and messages that are not durable. Each
 * stream has limits of its own, which times thousands of streams would be more than a machine has.
 *
 * Ends may never come, so what is handed out must leave room, as with places: a deployment that holds more than is still free has too
 * much. Alone it gets half of all.
 */
export class InboundBudget {
  readonly #bytesMax: number;
  readonly #heldBy = new Map<DeploymentId, number>();
  #held = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get held(): number {
    return this.#held;
  }

  isExceededBy(deployment: DeploymentId): boolean {
    return (this.#heldBy.get(deployment) ?? 0) > this.#bytesMax - this.#held;
  }

  /** Never refuses: the bytes are there already. Who finds it exceeded stops reading, or gives up what it has. */
  add(deployment: DeploymentId, bytes: number): void {
    const heldBy = (this.#heldBy.get(deployment) ?? 0) + bytes;
    this.#held += bytes;
    if (heldBy > 0) this.#heldBy.set(deployment, heldBy);
    else this.#heldBy.delete(deployment);
  }
}
