/** What happened in a simulated world, in lines for people, and a fold over all of them: equal for equal seeds. */

const KEPT_MAX = 4_000;

export class Trace {
  readonly #now: () => number;
  #lines: string[] = [];
  #hash = 0x811c9dc5;

  constructor(now: () => number) {
    this.#now = now;
  }

  note(text: string): void {
    const line = `${String(this.#now()).padStart(8)} ms  ${text}`;
    for (let index = 0; index < line.length; index++)
      this.#hash = Math.imul(this.#hash ^ line.charCodeAt(index), 0x01000193);
    this.#lines.push(line);
    if (this.#lines.length > 2 * KEPT_MAX) this.#lines = this.#lines.slice(-KEPT_MAX);
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  /** The last lines, or those of one invocation. */
  tail(count: number, about?: string): readonly string[] {
    const lines = about === undefined ? this.#lines : this.#lines.filter((line) => line.includes(about));
    return lines.slice(-count);
  }
}
