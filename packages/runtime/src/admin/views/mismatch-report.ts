/**
 * Says in full why a replay did not fit: which entry, what the journal holds there, what the code did instead, and which deployment
 * is on which side. The recorded side is read from the journal, not from the endpoint's message.
 */
import { decodeStoredEntry, messageTypeName, splitFrames } from '@holdfast/protocol';
import type { Command, DeploymentId, Notification } from '@holdfast/protocol';
import { z } from 'zod';
import type { AttemptFailure, InvocationRecord } from '../../engine/record.ts';

export interface MismatchReport {
  readonly command_index?: number | undefined;
  /** Place in the journal, commands and notifications counted. */
  readonly entry_index?: number | undefined;
  /** The recorded command; absent when the journal is shorter than what the code did. */
  readonly expected?: RecordedCommand | undefined;
  /** What the code did there, in the words of `expected`. */
  readonly found: string;
  /** What the SDK said. */
  readonly message: string;
  readonly recorded_by: string;
  readonly replayed_by: string;
  /** The command line that goes on. */
  readonly next: string;
}

export interface RecordedCommand {
  readonly kind: string;
  readonly name: string;
  readonly description: string;
}

export const mismatchReportSchema: z.ZodType<MismatchReport> = z
  .object({
    command_index: z.number().optional(),
    entry_index: z.number().optional(),
    expected: z.object({ kind: z.string(), name: z.string(), description: z.string() }).optional(),
    found: z.string(),
    message: z.string(),
    recorded_by: z.string(),
    replayed_by: z.string(),
    next: z.string(),
  })
  .meta({ id: 'MismatchReport' });

export const mismatchCode = 'JOURNAL_MISMATCH';

/** `journal` holds all entries as concatenated frames. */
export function reportMismatch(record: InvocationRecord, failure: AttemptFailure, journal: Uint8Array): MismatchReport {
  const place = findCommand(journal, failure.relatedCommandIndex);
  const recordedBy = deploymentOfEntry(record, place?.entryIndex ?? record.journal.length - 1);
  return {
    ...(failure.relatedCommandIndex === undefined ? {} : { command_index: failure.relatedCommandIndex }),
    ...(place === undefined ? {} : { entry_index: place.entryIndex, expected: describeCommand(place.command) }),
    found: describeFound(failure, place?.command),
    message: failure.message,
    recorded_by: recordedBy,
    replayed_by: failure.deployment,
    next: nextAct(record, { recordedBy, replayedBy: failure.deployment }),
  };
}

function findCommand(
  journal: Uint8Array,
  commandIndex: number | undefined,
): { readonly entryIndex: number; readonly command: Command } | undefined {
  if (commandIndex === undefined) return undefined;
  let commands = 0;
  for (const [entryIndex, frame] of splitFrames(journal).entries()) {
    const entry: Command | Notification = decodeStoredEntry(frame);
    if (entry.kind === 'notification') continue;
    if (commands === commandIndex) return { entryIndex, command: entry };
    commands += 1;
  }
  return undefined;
}

/**
 * From the type and name that the SDK reports, not from its text: shared-core names the two sides of a difference of types the wrong way
 * round. Only when both sides look the same, as with another payload, the text is what tells them apart.
 */
function describeFound(failure: AttemptFailure, expected: Command | undefined): string {
  const { relatedCommandType: type, relatedCommandName: name = '' } = failure;
  if (type === undefined) return failure.message;
  const kind = messageTypeName(type).replace(/Command$/, '');
  const label = kind === 'Run' ? 'step' : kind.charAt(0).toLowerCase() + kind.slice(1);
  const isSame = expected !== undefined && expected.kind.toLowerCase() === kind.toLowerCase() && expected.name === name;
  if (isSame) return failure.message;
  return name === '' ? label : `${label} "${name}"`;
}

function deploymentOfEntry(record: InvocationRecord, entryIndex: number): DeploymentId {
  const version = record.versions.findLast((one) => one.fromEntry <= Math.max(0, entryIndex));
  return version?.deployment ?? record.pin.deployment;
}

/** The same code disagrees with itself only if it is not deterministic, or was changed in place. */
function nextAct(
  record: InvocationRecord,
  sides: { readonly recordedBy: string; readonly replayedBy: string },
): string {
  if (sides.recordedBy !== sides.replayedBy) {
    return `holdfast invocations resume ${record.id} --deployment ${sides.recordedBy} --reason "back to the recorded version"`;
  }
  return `holdfast invocations resume ${record.id}`;
}

function describeCommand(command: Command): RecordedCommand {
  return { kind: command.kind, name: command.name, description: describe(command) };
}

/** Enough to recognise the line of code; payloads are not shown. */
function describe(command: Command): string {
  const named = command.name === '' ? '' : ` "${command.name}"`;
  switch (command.kind) {
    case 'run':
      return `step${named}`;
    case 'call':
    case 'oneWayCall': {
      const key = command.key === '' ? '' : `/${command.key}`;
      return `${command.kind === 'call' ? 'call' : 'send'} to ${command.service}${key}/${command.handler}`;
    }
    case 'getPromise':
    case 'peekPromise':
    case 'completePromise':
      return `${command.kind} "${command.key}"`;
    case 'getLazyState':
    case 'getEagerState':
    case 'setState':
    case 'clearState':
      return `${command.kind} "${new TextDecoder().decode(command.key)}"`;
    case 'completeAwakeable':
      return `completion of awakeable ${command.awakeableId}`;
    default:
      return `${command.kind}${named}`;
  }
}
