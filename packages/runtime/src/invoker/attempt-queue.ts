import type { InvocationId } from '@holdfast/protocol';
import type { StartAttempt } from '../engine/effect.ts';

interface Place {
  order: StartAttempt | undefined;
}

/**
 * Attempts that wait for a place, first in, first out, with removal by invocation. Array and moving head rather than a Map's
 * insertion order: taking the first key of a Map walks over everything that was deleted before it.
 */
export class AttemptQueue {
  readonly #places = new Map<InvocationId, Place>();
  #line: Place[] = [];
  #head = 0;

  get size(): number {
    return this.#places.size;
  }

  find(invocation: InvocationId): StartAttempt | undefined {
    return this.#places.get(invocation)?.order;
  }

  /** A later order for the same invocation keeps the place of the earlier one. */
  put(order: StartAttempt): void {
    const existing = this.#places.get(order.invocation);
    if (existing !== undefined) {
      existing.order = order;
      return;
    }
    const place: Place = { order };
    this.#places.set(order.invocation, place);
    this.#line.push(place);
  }

  remove(invocation: InvocationId): void {
    const place = this.#places.get(invocation);
    if (place === undefined) return;
    place.order = undefined;
    this.#places.delete(invocation);
  }

  take(): StartAttempt | undefined {
    while (this.#head < this.#line.length) {
      const order = this.#line[this.#head]?.order;
      this.#head += 1;
      this.#compact();
      if (order === undefined) continue;
      this.#places.delete(order.invocation);
      return order;
    }
    return undefined;
  }

  clear(): void {
    this.#places.clear();
    this.#line = [];
    this.#head = 0;
  }

  #compact(): void {
    if (this.#head < 1_024 || this.#head * 2 < this.#line.length) return;
    this.#line = this.#line.slice(this.#head);
    this.#head = 0;
  }
}
