/**
 * Delays and retentions come from outside, and "for ever" is often written as the largest number there is. Times stay within what a
 * date can hold, which is also within what every store gives back exactly: one that could not be read again would stop all timers.
 */
export const LATEST_TIME = 8.64e15;

/** Epoch ms. */
export function boundTime(time: number): number {
  return Math.min(time, LATEST_TIME);
}
