/** Time as the shell sees it; replaced in simulation. */
export interface Clock {
  /** Epoch ms. Never goes back while the process lives; see `createClock`. */
  now(): number;
  /** Epoch ms as the machine has it; for what other machines compare with their own clock. */
  wall(): number;
  /** Runs `callback` once, `delayMs` from now at the earliest; any delay, also beyond 24.8 days. */
  setTimer(delayMs: number, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export interface TimeSource {
  /** Epoch ms; may jump in both directions. */
  readonly wall: () => number;
  /** Ms since some moment; only grows, and may stand still while the machine sleeps. */
  readonly monotonic: () => number;
  readonly setTimeout: (callback: () => void, delayMs: number) => { readonly cancel: () => void };
}

/**
 * Timers look at the time this often, because the wall clock may have jumped ahead of what the timers of the operating system count: it was
 * set, or the machine slept. Looking costs a microsecond and touches no store.
 */
const LOOK_EVERY_MS = 15_000;
/** While the clock is ahead of a wall clock that was set back, it takes so much longer for everything. */
const SLOWED_BY = 0.1;

/**
 * A clock that goes on when the wall clock is set back, and follows it when that is ahead.
 *
 * Timers are stored by the time at which they are due. Would they be read by a wall clock that was set back by two hours, all of them were
 * two hours late. This clock goes on instead, a little slower until the wall clock has caught up: a timer is then late by a tenth of its
 * delay, and never early. What comes from other machines as a point in time is corrected by the lead, `now() - wall()`.
 */
export function createClock(source: TimeSource): Clock {
  let lead = 0;
  let wallBefore = source.wall();
  let monotonicBefore = source.monotonic();

  const now = (): number => {
    const wall = source.wall();
    const monotonic = source.monotonic();
    const elapsed = monotonic - monotonicBefore;
    // Where this clock would be by now had nobody touched the wall clock, less what it slows down.
    lead = Math.max(0, wallBefore + lead + elapsed - wall - (lead > 0 ? elapsed * SLOWED_BY : 0));
    wallBefore = wall;
    monotonicBefore = monotonic;
    // Less than a millisecond is how the two sources round, and no jump.
    return wall + Math.floor(lead);
  };

  const setTimer = (delayMs: number, callback: () => void): Timer => {
    const dueAt = now() + Math.max(delayMs, 0);
    let armed: { readonly cancel: () => void };
    const arm = (): void => {
      armed = source.setTimeout(look, Math.min(Math.max(dueAt - now(), 0), LOOK_EVERY_MS));
    };
    const look = (): void => (now() >= dueAt ? callback() : arm());
    arm();
    return { cancel: () => armed.cancel() };
  };

  return { now, wall: source.wall, setTimer };
}

export const systemClock: Clock = createClock({
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, delayMs) => {
    const timeout = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(timeout) };
  },
});
