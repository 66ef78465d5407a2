import type { NotificationId, NotificationResult } from '@holdfast/protocol/wire';
import { Leaf, type LeafListener } from './leaf.ts';

/** All leaves of an attempt by what they wait for, and which of them somebody waits for. */
export class LeafTable {
  readonly #completions = new Map<number, Leaf>();
  readonly #signals = new Map<number, Leaf>();
  readonly #namedSignals = new Map<string, Leaf>();
  readonly #awaited = new Set<Leaf>();

  /** Gives a leaf of a command its number. */
  bind(leaf: Leaf, completionId: number): void {
    leaf.waitsFor = { kind: 'completion', id: completionId };
    this.#completions.set(completionId, leaf);
  }

  /** A signal may arrive before anybody asks for it. */
  of(id: NotificationId): Leaf {
    const known = this.#find(id);
    if (known !== undefined) return known;
    const leaf = new Leaf(id);
    if (id.kind === 'completion') this.#completions.set(id.id, leaf);
    else if (id.kind === 'signal') this.#signals.set(id.id, leaf);
    else this.#namedSignals.set(id.name, leaf);
    return leaf;
  }

  listen(leaf: Leaf, listener: LeafListener): () => void {
    if (leaf.result !== undefined) {
      listener.settled(leaf.result);
      return () => undefined;
    }
    leaf.listeners.add(listener);
    this.#awaited.add(leaf);
    return () => {
      leaf.listeners.delete(listener);
      if (leaf.listeners.size === 0) this.#awaited.delete(leaf);
    };
  }

  /** Answers whether anybody heard it; undefined when no command announced the completion. */
  settle(id: NotificationId, result: NotificationResult): boolean | undefined {
    const leaf = id.kind === 'completion' ? this.#find(id) : this.of(id);
    return leaf === undefined ? undefined : this.settleLeaf(leaf, result);
  }

  settleLeaf(leaf: Leaf, result: NotificationResult): boolean {
    if (leaf.result !== undefined) return false;
    leaf.result = result;
    this.#awaited.delete(leaf);
    const listeners = [...leaf.listeners];
    leaf.listeners.clear();
    for (const listener of listeners) listener.settled(result);
    return listeners.length > 0;
  }

  /** Ends every wait; the leaves stay open. */
  cancelAll(): void {
    const listeners = [...this.#awaited].flatMap((leaf) => {
      const waiting = [...leaf.listeners];
      leaf.listeners.clear();
      return waiting;
    });
    this.#awaited.clear();
    for (const listener of listeners) listener.cancelled();
  }

  get anyAwaited(): boolean {
    return this.#awaited.size > 0;
  }

  awaited(): Iterable<Leaf> {
    return this.#awaited;
  }

  #find(id: NotificationId): Leaf | undefined {
    if (id.kind === 'completion') return this.#completions.get(id.id);
    return id.kind === 'signal' ? this.#signals.get(id.id) : this.#namedSignals.get(id.name);
  }
}
