/** Callers on this machine that wait for an invocation to end. Memory only: they live as long as their connections. */
import type { InvocationId, Result } from '@holdfast/protocol';

type Waiter = (result: Result | undefined) => void;

export class CompletionWaiters {
  readonly #waiters = new Map<InvocationId, Set<Waiter>>();

  add(invocation: InvocationId, waiter: Waiter): () => void {
    const waiters = this.#waiters.get(invocation) ?? new Set();
    waiters.add(waiter);
    this.#waiters.set(invocation, waiters);
    return () => {
      waiters.delete(waiter);
      if (waiters.size === 0 && this.#waiters.get(invocation) === waiters) this.#waiters.delete(invocation);
    };
  }

  tell(invocation: InvocationId, result: Result): void {
    const waiters = this.#waiters.get(invocation);
    if (waiters === undefined) return;
    this.#waiters.delete(invocation);
    for (const waiter of waiters) waiter(result);
  }

  /** The partition restarts: nobody may be left waiting for an answer that was dropped. */
  tellAllUnknown(): void {
    const all = [...this.#waiters.values()];
    this.#waiters.clear();
    for (const waiters of all) for (const waiter of waiters) waiter(undefined);
  }
}
