/**
 * How long a command may go on asking for records. What it asks for grows with what it touches, so only a command that asks again and again
 * for what it was given is given up: such a one would ask for ever. Some of that is normal, because journals are read anew when they grow.
 */
import { rangeKey, recordKey } from '../engine/record-table.ts';
import type { LoadRequest } from '../store/store.ts';

const REPETITIONS_MAX = 64;

export class LoadPatience {
  readonly #asked = new Set<string>();
  #repetitions = 0;

  allows(request: LoadRequest): boolean {
    const known = this.#asked.size;
    for (const ref of request.records) this.#asked.add(recordKey(ref));
    for (const ref of request.ranges) this.#asked.add(rangeKey(ref));
    for (const id of request.journals) this.#asked.add(`journal ${id}`);
    if (this.#asked.size === known) this.#repetitions++;
    return this.#repetitions < REPETITIONS_MAX;
  }
}
