/**
 * Fires due timers. The timers are records in the store; memory holds only when the next one is due, however many there are. It never
 * polls: it wakes for the earliest timer, and an earlier one that is set meanwhile moves the alarm.
 */
import type { Clock, Timer } from '../clock.ts';
import { timerPurposeText } from '../engine/record-table.ts';
import type { TimerRecord } from '../engine/record.ts';
import { PartitionUnavailable } from './port.ts';
import type { PartitionStore } from '../store/store.ts';

/** Timers fired as one group; the rest of a larger backlog follows at once. */
const GROUP_MAX = 512;
/** After the store could not be read. */
const RETRY_MS = 1_000;

export class TimerLoop {
  readonly #store: () => PartitionStore;
  readonly #clock: Clock;
  readonly #fire: (timer: TimerRecord) => Promise<unknown>;
  readonly #onProblem: (error: unknown) => void;
  #alarm: { readonly at: number; readonly timer: Timer } | undefined;
  #firing = false;
  #armedWhileFiring = Infinity;
  readonly #broken = new Set<string>();
  #generation = 0;

  constructor(parts: {
    store: () => PartitionStore;
    clock: Clock;
    fire: (timer: TimerRecord) => Promise<unknown>;
    onProblem: (error: unknown) => void;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#fire = parts.fire;
    this.#onProblem = parts.onProblem;
  }

  /** Wake no later than `fireAt` (epoch ms). */
  arm(fireAt: number): void {
    if (this.#firing) {
      this.#armedWhileFiring = Math.min(this.#armedWhileFiring, fireAt);
      return;
    }
    if (this.#alarm !== undefined && this.#alarm.at <= fireAt) return;
    this.#alarm?.timer.cancel();
    this.#alarm = { at: fireAt, timer: this.#clock.setTimer(fireAt - this.#clock.now(), () => void this.#wake()) };
  }

  /** Forgets the alarm and looks at the store again. */
  async restart(): Promise<void> {
    this.stop();
    const generation = this.#generation;
    const next = await this.#store().findNextTimerAt();
    if (generation === this.#generation && next !== undefined) this.arm(next);
  }

  stop(): void {
    this.#generation++;
    this.#alarm?.timer.cancel();
    this.#alarm = undefined;
    this.#firing = false;
    this.#armedWhileFiring = Infinity;
  }

  async #wake(): Promise<void> {
    const generation = this.#generation;
    this.#alarm = undefined;
    this.#firing = true;
    try {
      await this.#fireDue(generation);
      if (generation !== this.#generation) return;
      const next = (await this.#store().findNextTimerAt()) ?? Infinity;
      if (generation !== this.#generation) return;
      this.#firing = false;
      // A broken timer stays in the past; looking again each second finds what comes after it without spinning.
      const soonest = this.#broken.size === 0 ? next : Math.max(next, this.#clock.now() + RETRY_MS);
      const armed = Math.min(soonest, this.#armedWhileFiring);
      this.#armedWhileFiring = Infinity;
      if (armed < Infinity) this.arm(armed);
    } catch (error) {
      // After a failed commit the partition restarts this loop, and the generation is another.
      if (generation !== this.#generation) return;
      this.#onProblem(error);
      this.#firing = false;
      this.arm(this.#clock.now() + RETRY_MS);
    }
  }

  async #fireDue(generation: number): Promise<void> {
    for (;;) {
      const due = await this.#store().listDueTimers(this.#clock.now(), GROUP_MAX + this.#broken.size);
      if (generation !== this.#generation) return;
      const firable = due.filter((timer) => !this.#broken.has(timerKey(timer)));
      if (firable.length === 0) return;
      await Promise.all(firable.map((timer) => this.#fireOne(timer)));
      if (generation !== this.#generation) return;
    }
  }

  /** A timer that cannot fire is reported (by the partition) and set aside; it must not stop the others. */
  async #fireOne(timer: TimerRecord): Promise<void> {
    try {
      await this.#fire(timer);
    } catch (error) {
      if (error instanceof PartitionUnavailable) throw error;
      this.#broken.add(timerKey(timer));
    }
  }
}

function timerKey(timer: TimerRecord): string {
  return `${timer.invocation}/${timer.fireAt}/${timerPurposeText(timer)}`;
}
