/**
 * The clock and the only event queue of a simulated world. Nothing waits for real time: the next event is taken, time jumps to it, every
 * promise that it wakes settles, and so on. Events of the same moment run in an order that the seed chooses.
 */
import type { Timer } from '../clock.ts';
import type { SeededRandom } from './seeded-random.ts';

interface Event {
  readonly at: number;
  readonly tie: number;
  readonly run: () => void;
  cancelled: boolean;
}

const BEGIN = 1_750_000_000_000;
/** Far more than any world needs; beyond, something turns in circles without time going on. */
const EVENTS_MAX = 1_500_000;

export class VirtualTime {
  #now = BEGIN;
  #shiftMs = 0;
  #latest = 0;
  #events: Event[] = [];
  #taken = 0;
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** The wall clock, which somebody may set. */
  wall(): number {
    return this.#now + this.#shiftMs;
  }

  /** The latest time that the wall clock has ever shown. */
  get latest(): number {
    return Math.max(this.#latest, this.wall());
  }

  /** Ms since the world began, whatever the wall clock says. */
  get elapsedMs(): number {
    return this.#now - BEGIN;
  }

  get eventsTaken(): number {
    return this.#taken;
  }

  /** Somebody sets the wall clock. Timers that are set keep their delays, as those of an operating system do. */
  setClock(byMs: number): void {
    this.#latest = this.latest;
    this.#shiftMs += byMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const event: Event = {
      at: this.#now + Math.max(0, Math.ceil(delayMs)),
      tie: this.#random.next(),
      run: callback,
      cancelled: false,
    };
    this.#push(event);
    return { cancel: () => (event.cancelled = true) };
  }

  /** In order of the calls at one moment, as a real event loop would. */
  readonly defer = (callback: () => void): void => void this.setTimer(0, callback);

  delay(ms: number): Promise<void> {
    return new Promise((resolve) => void this.setTimer(ms, resolve));
  }

  /** Takes events until `isDone`, or until nothing is left, or virtual time passes `limitMs` from now. */
  async run(isDone: () => boolean, limitMs: number): Promise<'done' | 'empty' | 'late' | 'busy'> {
    const limit = this.#now + limitMs;
    while (!isDone()) {
      const event = this.#pop();
      if (event === undefined) return 'empty';
      if (event.cancelled) continue;
      if (event.at > limit) return 'late';
      if (++this.#taken > EVENTS_MAX) return 'busy';
      this.#now = event.at;
      event.run();
      // A real turn of the event loop: every promise that became ready has run when it comes.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return 'done';
  }

  #push(event: Event): void {
    const events = this.#events;
    let index = events.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = events[parent];
      if (above === undefined || !isBefore(event, above)) break;
      events[index] = above;
      events[parent] = event;
      index = parent;
    }
  }

  #pop(): Event | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (first === undefined || last === undefined || events.length === 0) return first;
    let index = 0;
    events[0] = last;
    for (;;) {
      const left = 2 * index + 1;
      const smaller = isSmallerChild(events[left + 1], events[left]) ? left + 1 : left;
      const child = events[smaller];
      if (child === undefined || !isBefore(child, last)) return first;
      events[index] = child;
      events[smaller] = last;
      index = smaller;
    }
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at === b.at ? a.tie < b.tie : a.at < b.at;
}

function isSmallerChild(right: Event | undefined, left: Event | undefined): boolean {
  return right !== undefined && left !== undefined && isBefore(right, left);
}
