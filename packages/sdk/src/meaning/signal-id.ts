import { digest } from '@holdfast/protocol/wire';

/** Ids below are reserved by the protocol: 1 is the cancellation, 2 to 16 are kept back. */
const firstSignalId = 17;
const signalIds = 0x1_0000_0000 - firstSignalId;

/**
 * The signal that an awakeable of this name waits on. It follows from the name alone, so that two awakeables that are created in another order keep
 * their callers; a counter would swap their values.
 */
export function signalIdOf(name: string): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = digest(`awakeable\n${name}`);
  // 48 bits, so that the remainder favours no id by more than one in 65,536.
  const wide = ((a * 256 + b) * 256 + c) * 0x100_0000 + ((d * 256 + e) * 256 + f);
  return firstSignalId + (wide % signalIds);
}
