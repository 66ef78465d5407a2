import type { Clock, Timer } from '../clock.ts';

interface Armed {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that a test moves by hand. */
export class ManualClock implements Clock {
  #now: number;
  #armed = new Set<Armed>();

  constructor(now = 1_750_000_000_000) {
    this.#now = now;
  }

  /** Timers that would still fire. */
  get pending(): number {
    return this.#armed.size;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const armed: Armed = { at: this.#now + Math.max(0, delayMs), callback };
    this.#armed.add(armed);
    return { cancel: () => this.#armed.delete(armed) };
  }

  /** Fires what falls due on the way, in order, and lets promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#armed].filter((one) => one.at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#armed.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets every promise that is ready run, without waiting for time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
