import type { Clock } from '../clock.ts';
import type { FailAttempt, WithdrawAttempt } from '../engine/command.ts';
import { PartitionUnavailable, type PartitionPort } from '../partition/port.ts';

/** How an attempt ended without a word of its own. */
export type AttemptEnd = FailAttempt | WithdrawAttempt;

const firstDelayMs = 100;
const longestDelayMs = 5_000;
const jitterMax = 0.3;

/**
 * Tells the engine how an attempt ended, until it is told or nobody cares any more.
 *
 * An invocation without an attempt and without a recorded end would be stranded as `running`. A partition that restarts
 * orders new attempts by itself, so its `OUTCOME_UNKNOWN` and `CLOSED` need no repetition.
 */
export function reportEnd(
  report: {
    readonly partition: Pick<PartitionPort, 'submit'>;
    readonly clock: Clock;
    readonly random: () => number;
    readonly stillWanted: () => boolean;
  },
  end: AttemptEnd,
  delayMs: number = firstDelayMs,
): void {
  report.partition.submit(end).catch((error: unknown) => {
    if (isRestart(error) || !report.stillWanted()) return;
    report.clock.setTimer(delayMs * (1 + jitterMax * report.random()), () => {
      if (report.stillWanted()) reportEnd(report, end, Math.min(delayMs * 2, longestDelayMs));
    });
  });
}

/** True when the partition will order a new attempt by itself. */
export function isRestart(error: unknown): boolean {
  return error instanceof PartitionUnavailable && error.code !== 'OVERLOADED' && error.code !== 'STORE_UNAVAILABLE';
}
