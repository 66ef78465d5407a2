import type { Clock } from './clock.ts';
import type { EngineCommand, ReplyOf } from './engine/command.ts';
import { PartitionUnavailable } from './partition/port.ts';
import type { PartitionPort } from './partition/port.ts';
import { ApiError } from './api-error.ts';

export interface Submitted<C extends EngineCommand> {
  readonly reply: ReplyOf<C>;
  /** An earlier try may have taken effect: what the reply calls a repetition may be our own. */
  readonly wasUnknown: boolean;
}

// A partition that restarts is back within the time of reading its tail. Six tries spread over three seconds, with jitter: everybody who waited for
// the partition learns of its restart at the same moment.
const jitterMax = 0.3;
const pausesMs = [50, 100, 200, 800, 2_000];

/**
 * Submits a command, again if its outcome is unknown. The command carries the id that it is about, so a repetition finds what the
 * first try did. A refusal as overload, or for lack of space, is repeated only where something may have been done already, or with `patient`:
 * new work is turned away at once. `repetition` is what to submit from the second time on, when it differs.
 */
export async function submitAgain<C extends EngineCommand>(
  partition: PartitionPort,
  command: C,
  clock: Clock,
  options: { readonly patient?: boolean; readonly repetition?: C } = {},
): Promise<Submitted<C>> {
  let wasUnknown = false;
  let next = command;
  for (const pauseMs of [...pausesMs, undefined]) {
    try {
      return { reply: await partition.submit(next), wasUnknown };
    } catch (error) {
      const unavailable = asUnavailable(error);
      const isUnknown = unavailable.code === 'OUTCOME_UNKNOWN';
      const mayRepeat = isUnknown || (isTurnedAway(unavailable) && (wasUnknown || options.patient === true));
      if (!mayRepeat || pauseMs === undefined) throw unavailableError(unavailable, wasUnknown);
      wasUnknown ||= isUnknown;
      next = options.repetition ?? command;
      await new Promise<void>((resolve) => void clock.setTimer(pauseMs * (1 + jitterMax * Math.random()), resolve));
    }
  }
  throw new Error('The last try either returned or threw.');
}

function isTurnedAway({ code }: PartitionUnavailable): boolean {
  return code === 'OVERLOADED' || code === 'STORE_UNAVAILABLE' || code === 'STORE_FULL';
}

function asUnavailable(error: unknown): PartitionUnavailable {
  if (error instanceof PartitionUnavailable) return error;
  throw error;
}

function unavailableError(error: PartitionUnavailable, wasUnknown: boolean): ApiError {
  if (error.code === 'OUTCOME_UNKNOWN' || wasUnknown) {
    return new ApiError('OUTCOME_UNKNOWN', {
      message: 'The runtime could not confirm whether the request took effect.',
      hint: 'Ask with the id in x-restate-id, or repeat the request with the same idempotency key.',
      cause: error,
    });
  }
  if (error.code === 'STORE_FULL') {
    return new ApiError('STORE_FULL', {
      message: 'There is no space left for the store. The request had no effect.',
      hint: 'Free space on the disk of the data directory; the runtime goes on by itself.',
      cause: error,
    });
  }
  if (error.code === 'STORE_UNAVAILABLE') {
    return new ApiError('STORE_UNAVAILABLE', {
      message: 'The store cannot be read or written now. The request had no effect.',
      hint: 'Repeat it later, as retry-after says. /health of the admin API tells what is wrong, if it lasts.',
      cause: error,
    });
  }
  if (error.code === 'OVERLOADED') {
    return new ApiError('OVERLOADED', {
      message: 'The runtime has more work waiting than it accepts. The request had no effect.',
      hint: 'Repeat it later, as retry-after says.',
      cause: error,
    });
  }
  return new ApiError('SHUTTING_DOWN', {
    message: 'The runtime is stopping. The request had no effect.',
    hint: 'Repeat it when the runtime is back.',
    cause: error,
  });
}
