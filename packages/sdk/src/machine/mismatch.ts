/**
 * The report of a divergence: what the journal holds, what the code does, who is who, and what to do. It travels as an error of the attempt, so that
 * it stands wherever the invocation is shown.
 */
import { commandType } from '@holdfast/protocol/wire';
import { SdkError } from '../error/sdk-error.ts';
import type { Difference } from './compare-command.ts';
import { describeCommand } from './describe-command.ts';
import type { Intent } from './intent.ts';
import type { RecordedCommand } from './journal.ts';

/** Who replays: ids for the message. */
export interface ReplayIdentity {
  readonly invocationId: string;
  /** The deployment that this process was asked as; undefined when the runtime does not say. */
  readonly deployment?: string;
}

export interface RelatedCommand {
  readonly index: number;
  readonly name: string;
  /** Wire type. */
  readonly type: number;
}

/** The code did something else than the journal holds at this place. */
export function divergedAt(
  who: ReplayIdentity,
  recorded: RecordedCommand,
  found: Intent,
  differences: readonly Difference[],
): SdkError {
  const lines = differences.map((one) => `  ${one.field}: recorded ${one.recorded}, found ${one.found}`);
  return mismatch(who, recorded, {
    sentence: `records ${describeCommand(recorded.command)} as entry ${recorded.entry}; this code does ${describeCommand(found)} there.`,
    lines,
    found: describeCommand(found),
    differences,
  });
}

/** The code ended, or does nothing any more, although the journal holds more. `parked` is what it wanted and must not begin before. */
export function unclaimed(
  who: ReplayIdentity,
  recorded: RecordedCommand,
  circumstance: { readonly kind: 'ended' } | { readonly kind: 'stalled'; readonly parked: Intent | undefined },
): SdkError {
  const entry = `records ${describeCommand(recorded.command)} as entry ${recorded.entry}`;
  if (circumstance.kind === 'ended') {
    return mismatch(who, recorded, {
      sentence: `${entry}; this code ends without it.`,
      lines: [],
      found: 'the end of the handler',
      differences: [],
    });
  }
  const { parked } = circumstance;
  return mismatch(who, recorded, {
    sentence:
      parked === undefined
        ? `${entry}; this code waits for something else and does not come to it.`
        : `${entry}; this code does ${describeCommand(parked)}, which is not recorded, and does not come to it.`,
    lines: [],
    found: parked === undefined ? 'nothing' : describeCommand(parked),
    differences: [],
  });
}

/** The place is the record's, name and type are those of the command that does not fit there: so do other SDKs report it. */
export function relatedTo(recorded: RecordedCommand, found: Intent | undefined): RelatedCommand {
  const { kind, name } = found ?? recorded.command;
  const commandKind = kind === 'getState' ? 'getLazyState' : kind === 'getStateKeys' ? 'getLazyStateKeys' : kind;
  return { index: recorded.index, name, type: commandType(commandKind) };
}

interface Report {
  readonly sentence: string;
  readonly lines: readonly string[];
  readonly found: string;
  readonly differences: readonly Difference[];
}

function mismatch(who: ReplayIdentity, recorded: RecordedCommand, report: Report): SdkError {
  const replayedBy = who.deployment === undefined ? '' : `, replayed on deployment ${who.deployment},`;
  return new SdkError('JOURNAL_MISMATCH', {
    message: [
      `The journal of invocation ${who.invocationId}${replayedBy} ${report.sentence} Nothing was executed or recorded.`,
      ...report.lines,
    ].join('\n'),
    hint:
      'A deployment is immutable: was its code changed in place? Resume the invocation on the deployment that recorded it: ' +
      `holdfast invocations describe ${who.invocationId} shows both.`,
    details: {
      invocation: who.invocationId,
      ...(who.deployment === undefined ? {} : { deployment: who.deployment }),
      entry: recorded.entry,
      command: recorded.index,
      recorded: describeCommand(recorded.command),
      found: report.found,
      differences: report.differences,
    },
  });
}
