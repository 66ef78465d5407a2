/**
 * Bytes that all endpoints together may have in memory: parts of messages that are not complete, and messages that are not durable. Each
 * stream has limits of its own, which times thousands of streams would be more than a machine has.
 */
export class InboundBudget {
  readonly #bytesMax: number;
  #held = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get held(): number {
    return this.#held;
  }

  get exceeded(): boolean {
    return this.#held > this.#bytesMax;
  }

  /** Never refuses: the bytes are there already. Who finds it exceeded stops reading, or gives up what it has. */
  add(bytes: number): void {
    this.#held += bytes;
  }
}
