import { readFileSync } from 'node:fs';

/** Time that all cores together were busy since the machine started. Source: the first line of `/proc/stat`. */
export interface MachineTime {
  readonly busyMs: number;
  /** Time that the hypervisor gave to other machines although this one had work. */
  readonly stolenMs: number;
}

/** The kernel counts in hundredths of a second whatever its own tick is (USER_HZ). */
export const tickMs = 10;

export function readMachineTime(): MachineTime {
  return parseMachineTime(readFileSync('/proc/stat', 'utf8'));
}

export function parseMachineTime(text: string): MachineTime {
  const [name, ...counts] = text.slice(0, text.indexOf('\n')).trim().split(/\s+/);
  const [user, nice, system, , , interrupts, softInterrupts, stolen] = counts.map(Number);
  if (name !== 'cpu' || stolen === undefined || !Number.isFinite(stolen)) {
    throw new Error('/proc/stat does not begin with the times of all processors.');
  }
  const busy = [user, nice, system, interrupts, softInterrupts].reduce<number>((sum, one) => sum + (one ?? 0), 0);
  return { busyMs: busy * tickMs, stolenMs: stolen * tickMs };
}
