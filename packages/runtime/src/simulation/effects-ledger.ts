/** What the outside world saw: every execution of a step, and what the runtime confirmed of it. */

export type Violation = (promise: string, message: string) => void;

export class EffectsLedger {
  readonly #confirmed = new Map<string, string>();
  readonly #executed = new Map<string, number>();
  readonly #violation: Violation;
  #tokens = 0;

  constructor(violation: Violation) {
    this.#violation = violation;
  }

  /** A closure begins, in one execution of an id. After its result was confirmed it must never begin again. */
  begin(life: string, completionId: number): string {
    const step = `${life}/${completionId}`;
    if (this.#confirmed.has(step)) this.#violation('P1', `step ${step} ran again although its result was acknowledged`);
    this.#executed.set(step, (this.#executed.get(step) ?? 0) + 1);
    this.#tokens += 1;
    return `t${this.#tokens}`;
  }

  confirm(life: string, completionId: number, value: string): void {
    const step = `${life}/${completionId}`;
    const before = this.#confirmed.get(step);
    if (before !== undefined && before !== value) {
      this.#violation('P1', `the acknowledged result of step ${step} changed from ${before} to ${value}`);
    }
    this.#confirmed.set(step, value);
  }

  get executions(): number {
    return [...this.#executed.values()].reduce((sum, count) => sum + count, 0);
  }
}
