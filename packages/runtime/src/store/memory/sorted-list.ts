/** Items kept in order, found by binary search. Inserting moves memory, which is fast for the sizes that a test or simulation has. */
export class SortedList<Item> {
  readonly #items: Item[];
  readonly #compare: (left: Item, right: Item) => number;

  constructor(compare: (left: Item, right: Item) => number, items: readonly Item[] = []) {
    this.#compare = compare;
    this.#items = [...items];
  }

  add(item: Item): void {
    const at = this.#lowerBound(item);
    const found = this.#items[at];
    const replaces = found !== undefined && this.#compare(found, item) === 0;
    this.#items.splice(at, replaces ? 1 : 0, item);
  }

  remove(item: Item): void {
    const at = this.#lowerBound(item);
    const found = this.#items[at];
    if (found !== undefined && this.#compare(found, item) === 0) this.#items.splice(at, 1);
  }

  /** Up to `limit` items from the first that is not below `from` (`after`: not below or equal). */
  slice(options: { readonly from?: Item; readonly after?: Item; readonly limit: number }): readonly Item[] {
    let start = 0;
    if (options.from !== undefined) start = this.#lowerBound(options.from);
    if (options.after !== undefined) {
      start = this.#lowerBound(options.after);
      const found = this.#items[start];
      if (found !== undefined && this.#compare(found, options.after) === 0) start += 1;
    }
    return this.#items.slice(start, start + options.limit);
  }

  first(): Item | undefined {
    return this.#items[0];
  }

  clone(): SortedList<Item> {
    return new SortedList(this.#compare, this.#items);
  }

  #lowerBound(item: Item): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const candidate = this.#items[middle];
      if (candidate !== undefined && this.#compare(candidate, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
