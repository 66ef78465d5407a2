import type { Clock, Timer } from '../clock.ts';

/**
 * Calls back when a deadline that keeps moving has passed. Moving it costs nothing: the one timer that is armed looks again when it
 * fires. Only a deadline that comes nearer needs `rearm`.
 */
export class DeadlineTimer {
  readonly #clock: Clock;
  /** Epoch ms; `undefined` = none now. */
  readonly #deadline: () => number | undefined;
  readonly #onPassed: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, deadline: () => number | undefined, onPassed: () => void) {
    this.#clock = clock;
    this.#deadline = deadline;
    this.#onPassed = onPassed;
  }

  rearm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const deadline = this.#deadline();
    if (deadline === undefined) return;
    this.#timer = this.#clock.setTimer(Math.max(0, deadline - this.#clock.now()), () => this.#look());
  }

  #look(): void {
    const deadline = this.#deadline();
    if (deadline !== undefined && this.#clock.now() >= deadline) this.#onPassed();
    else this.rearm();
  }
}
