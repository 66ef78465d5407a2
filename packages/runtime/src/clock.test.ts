import { expect, test } from 'vitest';
import { type Clock, createClock } from './clock.ts';

const hourMs = 3_600_000;
const start = 1_750_000_000_000;

/** A machine whose wall clock is set, and which is sent to sleep, by hand. */
class Machine {
  #wall = start;
  #monotonic = 5_000;
  #armed = new Set<{ readonly at: number; readonly callback: () => void }>();
  looks = 0;
  readonly clock: Clock = createClock({
    wall: () => this.#wall,
    monotonic: () => this.#monotonic,
    setTimeout: (callback, delayMs) => {
      const one = { at: this.#monotonic + delayMs, callback };
      this.#armed.add(one);
      return { cancel: () => this.#armed.delete(one) };
    },
  });

  setWall(byMs: number): void {
    this.#wall += byMs;
  }

  /** Time passes on both clocks, and what is due fires. */
  pass(ms: number): void {
    const end = this.#monotonic + ms;
    for (;;) {
      const due = [...this.#armed].filter((one) => one.at <= end).toSorted((a, b) => a.at - b.at)[0];
      this.#go((due?.at ?? end) - this.#monotonic);
      if (due === undefined) return;
      this.#armed.delete(due);
      this.looks += 1;
      due.callback();
    }
  }

  #go(ms: number): void {
    const forward = Math.max(0, ms);
    this.#monotonic += forward;
    this.#wall += forward;
  }
}

test('the time is that of the wall clock, as long as nobody sets it', () => {
  const machine = new Machine();

  machine.pass(1_000);

  expect([machine.clock.now(), machine.clock.wall()]).toEqual([start + 1_000, start + 1_000]);
});

test('a wall clock that is set back does not take the time back, nor make a timer late by more than a tenth, nor early', () => {
  const machine = new Machine();
  const fired: string[] = [];
  machine.clock.setTimer(hourMs, () => fired.push('before'));
  machine.pass(1_000);
  const before = machine.clock.now();

  machine.setWall(-2 * hourMs);
  machine.clock.setTimer(hourMs, () => fired.push('after'));
  machine.pass(hourMs - 1_001);
  const early = [...fired];
  machine.pass(0.12 * hourMs);

  expect(early).toEqual([]);
  expect(fired).toEqual(['before', 'after']);
  expect(machine.clock.now()).toBeGreaterThan(before);
});

test('the time meets a wall clock that was set back again, in ten times as long as it was set back', () => {
  const machine = new Machine();
  machine.setWall(-10_000);
  const lead = machine.clock.now() - machine.clock.wall();

  for (let seconds = 0; seconds < 101; seconds++) {
    machine.pass(1_000);
    machine.clock.now();
  }

  expect(lead).toBe(10_000);
  expect(machine.clock.now()).toBe(machine.clock.wall());
});

test('a wall clock that is ahead, because it was set or the machine slept, is followed, and timers notice within a quarter of a minute', () => {
  const machine = new Machine();
  let fired = 0;
  machine.clock.setTimer(hourMs, () => (fired += 1));
  machine.pass(1_000);

  machine.setWall(2 * hourMs);
  const now = machine.clock.now();
  machine.pass(15_000);

  expect(now).toBe(start + 1_000 + 2 * hourMs);
  expect(fired).toBe(1);
});

test('a clock that was ahead by mistake for a while fires what it skipped, and delays nothing that is set afterwards', () => {
  const machine = new Machine();
  machine.setWall(2 * hourMs);
  machine.clock.now();
  machine.setWall(-2 * hourMs);
  let fired = 0;
  machine.clock.setTimer(60_000, () => (fired += 1));

  machine.pass(59_999);
  const early = fired;
  machine.pass(7_000);

  expect([early, fired]).toEqual([0, 1]);
});

test('a timer fires once, also after months', () => {
  const machine = new Machine();
  const monthsMs = 100 * 24 * hourMs;
  let fired = 0;
  machine.clock.setTimer(monthsMs, () => (fired += 1));

  machine.pass(monthsMs - 1);
  const early = fired;
  machine.pass(hourMs);

  expect([early, fired]).toEqual([0, 1]);
});

test('a timer that was cancelled never fires', () => {
  const machine = new Machine();
  let fired = 0;
  const timer = machine.clock.setTimer(60_000, () => (fired += 1));

  machine.pass(30_000);
  timer.cancel();
  machine.pass(hourMs);

  expect(fired).toBe(0);
});
