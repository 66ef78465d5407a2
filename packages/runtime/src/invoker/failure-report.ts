import type { Clock } from '../clock.ts';
import type { FailAttempt } from '../engine/command.ts';
import { PartitionUnavailable, type PartitionPort } from '../partition/port.ts';

const firstDelayMs = 100;
const longestDelayMs = 5_000;

/**
 * Tells the engine that an attempt failed, until it is told or nobody cares any more.
 *
 * An invocation without an attempt and without a recorded failure would be stranded as `running`. A partition that restarts
 * orders new attempts by itself, so its `OUTCOME_UNKNOWN` and `CLOSED` need no repetition.
 */
export function reportFailure(
  report: {
    readonly partition: Pick<PartitionPort, 'submit'>;
    readonly clock: Clock;
    readonly stillWanted: () => boolean;
  },
  failure: FailAttempt,
  delayMs: number = firstDelayMs,
): void {
  report.partition.submit(failure).catch((error: unknown) => {
    if (isRestart(error) || !report.stillWanted()) return;
    report.clock.setTimer(delayMs, () => {
      if (report.stillWanted()) reportFailure(report, failure, Math.min(delayMs * 2, longestDelayMs));
    });
  });
}

/** True when the partition will order a new attempt by itself. */
export function isRestart(error: unknown): boolean {
  return error instanceof PartitionUnavailable && error.code !== 'OVERLOADED';
}
