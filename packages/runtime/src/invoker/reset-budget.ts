import type { Clock, Timer } from '../clock.ts';

const windowMs = 1_000;
const resetsPerWindow = 25;

/**
 * Spreads the resets of one HTTP/2 session: a peer on Node counts them as an attack and closes the session, with all its
 * streams, after about 1,000 (it forgives 33 a second). A stream that ends by itself while it waits needs no reset.
 */
export class ResetBudget {
  readonly #clock: Clock;
  #waiting: (() => boolean)[] = [];
  #left = resetsPerWindow;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `reset` answers whether there was anything to reset. */
  spend(reset: () => boolean): void {
    this.#waiting.push(reset);
    this.#run();
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waiting = [];
  }

  #run(): void {
    let next = 0;
    while (next < this.#waiting.length && this.#left > 0) {
      if (this.#waiting[next]?.() === true) this.#left -= 1;
      next += 1;
    }
    this.#waiting = this.#waiting.slice(next);
    if (this.#left === resetsPerWindow || this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimer(windowMs, () => {
      this.#timer = undefined;
      this.#left = resetsPerWindow;
      this.#run();
    });
  }
}
