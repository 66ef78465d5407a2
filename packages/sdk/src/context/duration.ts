/** Milliseconds, or the sum of the named parts. */
export type Duration =
  | number
  | {
      readonly days?: number;
      readonly hours?: number;
      readonly minutes?: number;
      readonly seconds?: number;
      readonly milliseconds?: number;
    };

/** Whole milliseconds, never negative. Throws a RangeError for what is no time: a NaN in a sleep would be a sleep of zero. */
export function durationMs(duration: Duration): number {
  const ms = typeof duration === 'number' ? duration : sumOf(duration);
  if (!Number.isFinite(ms) || ms < 0 || ms > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(`A duration is a finite, non-negative number of milliseconds, not ${ms}.`);
  }
  return Math.ceil(ms);
}

function sumOf(parts: Exclude<Duration, number>): number {
  const { days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = parts;
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
}
