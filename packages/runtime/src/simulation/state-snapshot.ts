/** What an attempt knows of the state of its key: the snapshot of Start, and what it wrote since. */
export class StateSnapshot {
  /** `undefined` for a name that was cleared. */
  readonly #values = new Map<string, Uint8Array | undefined>();
  #complete: boolean;

  constructor(state: readonly (readonly [key: Uint8Array, value: Uint8Array])[], complete: boolean) {
    for (const [key, value] of state) this.#values.set(new TextDecoder().decode(key), value);
    this.#complete = complete;
  }

  /** `undefined` when the snapshot does not tell. */
  read(name: string): { readonly value: Uint8Array | undefined } | undefined {
    return this.#values.has(name) || this.#complete ? { value: this.#values.get(name) } : undefined;
  }

  names(): readonly string[] | undefined {
    if (!this.#complete) return undefined;
    return [...this.#values].flatMap(([name, value]) => (value === undefined ? [] : [name]));
  }

  write(name: string, value: Uint8Array | undefined): void {
    this.#values.set(name, value);
  }

  clear(): void {
    this.#values.clear();
    this.#complete = true;
  }
}
