/** How a world is: drawn once from its seed, so that each seed explores a corner of its own. */
import type { SimulatedDiskOptions } from '../store/memory/simulated-disk.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { VirtualTime } from './virtual-time.ts';

const DAY_MS = 86_400_000;
/** In some worlds somebody else fills the disk now and then. */
const FULL_EVERY_MS = 5_000;
const FULL_MS = 700;

export interface WorldSettings {
  readonly partitions: number;
  /** Of the invoker: attempts at the same time. */
  readonly attemptsMax: number;
  readonly unacknowledgedBytesMax: number;
  readonly eagerStateBytesMax: number;
  readonly retentionMs: number;
  readonly cacheRecordsMax: number;
  /** People set the wall clock back and forth. */
  readonly clockIsSet: boolean;
}

export function drawWorldSettings(random: SeededRandom): WorldSettings {
  return {
    partitions: random.pick([1, 1, 2, 3]),
    attemptsMax: random.pick([2, 5, 100]),
    unacknowledgedBytesMax: random.pick([100, 1_000_000]),
    eagerStateBytesMax: random.pick([10, 1_000_000, 1_000_000]),
    retentionMs: random.pick([DAY_MS, DAY_MS, 2_000, 0]),
    cacheRecordsMax: random.pick([4, 12, 200]),
    clockIsSet: random.chance(0.3),
  };
}

export function drawDiskOptions(random: SeededRandom, time: VirtualTime, faulty: () => boolean): SimulatedDiskOptions {
  const slow = random.chance(0.6);
  const commitFailRate = random.pick([0, 0, 0.01, 0.05]);
  const fills = random.chance(0.25);
  const loadFailRate = random.pick([0, 0, 0.003, 0.03]);
  return {
    random: random.next,
    isFull: () => fills && faulty() && time.elapsedMs % FULL_EVERY_MS < FULL_MS,
    commitFails: () => faulty() && random.chance(commitFailRate),
    delay: (phase) => {
      if (phase !== 'load') return time.delay(random.between(0, phase === 'sync' ? 8 : 2));
      if (faulty() && random.chance(loadFailRate)) return failLater(time, random.between(0, 10));
      return slow && random.chance(0.5) ? time.delay(random.between(0, 10)) : undefined;
    },
  };
}

async function failLater(time: VirtualTime, delayMs: number): Promise<never> {
  await time.delay(delayMs);
  throw new Error('the disk could not be read');
}
