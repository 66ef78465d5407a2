import type { Start } from '@holdfast/protocol/wire';

const utf8 = new TextDecoder();
const encoder = new TextEncoder();

export type StateLookup =
  | { readonly kind: 'value'; readonly value: Uint8Array }
  | { readonly kind: 'absent' }
  /** Only the runtime knows. */
  | { readonly kind: 'unknown' };

/**
 * What this attempt knows of the state of its key: the snapshot of the start, and its own writes on top.
 *
 * The snapshot holds the effects of replayed writes already; to apply them again changes nothing. A replayed read never looks here.
 */
export class StateView {
  readonly #values = new Map<string, Uint8Array | undefined>();
  #complete: boolean;

  constructor(start: Pick<Start, 'state' | 'partialState'>) {
    for (const [key, value] of start.state) this.#values.set(utf8.decode(key), value);
    this.#complete = !start.partialState;
  }

  find(key: Uint8Array): StateLookup {
    const text = utf8.decode(key);
    const value = this.#values.get(text);
    if (value !== undefined) return { kind: 'value', value };
    return { kind: this.#complete || this.#values.has(text) ? 'absent' : 'unknown' };
  }

  /** Sorted by their bytes, as the runtime sorts them; undefined when only the runtime knows. */
  listKeys(): readonly Uint8Array[] | undefined {
    if (!this.#complete) return undefined;
    return [...this.#values]
      .filter(([, value]) => value !== undefined)
      .map(([key]) => encoder.encode(key))
      .toSorted(compareBytes);
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.#values.set(utf8.decode(key), value);
  }

  clear(key: Uint8Array): void {
    this.#values.set(utf8.decode(key), undefined);
  }

  clearAll(): void {
    this.#values.clear();
    this.#complete = true;
  }
}

function compareBytes(first: Uint8Array, second: Uint8Array): number {
  const length = Math.min(first.length, second.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (first[index] ?? 0) - (second[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return first.length - second.length;
}
