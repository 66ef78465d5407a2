import { type Command, type Header, type Notification } from '@holdfast/protocol/wire';
import { SdkError } from '../error/sdk-error.ts';
import { claimKeyOf } from '../meaning/step-name.ts';
import { commandCompletionIds } from './completion-ids.ts';
import { idsTaken } from './intent.ts';

export interface RecordedCommand {
  /** Place among all entries, Input = 0: what people see in a journal. */
  readonly entry: number;
  /** Place among commands, Input = 0: what an error names on the wire. */
  readonly index: number;
  readonly command: Command;
  /** Set on keyed steps, which are claimed by key; all else is claimed in order. */
  readonly claimKey: string | undefined;
}

export interface QueuedNotification {
  readonly notification: Notification;
  /** Commands, Input included, that were issued before this was delivered: none of them can depend on it. */
  readonly commandsBefore: number;
}

/** The replayed prefix of an invocation's journal. */
export interface Journal {
  readonly input: { readonly headers: readonly Header[]; readonly value: Uint8Array };
  /** Without Input. */
  readonly commands: readonly RecordedCommand[];
  readonly notifications: readonly QueuedNotification[];
  /** The first completion id that no recorded command took. */
  readonly nextCompletionId: number;
}

/**
 * This reads the replay. Throws `PROTOCOL_VIOLATION` when it does not begin with the input, and `JOURNAL_MISMATCH` when its completion ids are
 * not numbered as this SDK numbers them: then whoever wrote it ran other code.
 */
export function readJournal(entries: readonly (Command | Notification)[]): Journal {
  const [input, ...rest] = entries;
  if (input?.kind !== 'input') {
    throw new SdkError('PROTOCOL_VIOLATION', {
      message: 'The replay does not begin with the input of the invocation.',
    });
  }
  const commands: RecordedCommand[] = [];
  const notifications: QueuedNotification[] = [];
  let nextCompletionId = 1;
  rest.forEach((item, offset) => {
    if (item.kind === 'notification') {
      notifications.push({ notification: item, commandsBefore: commands.length + 1 });
      return;
    }
    const recorded: RecordedCommand = {
      entry: offset + 1,
      index: commands.length + 1,
      command: item,
      claimKey: item.kind === 'run' ? claimKeyOf(item.name) : undefined,
    };
    checkNumbers(recorded, nextCompletionId);
    nextCompletionId += idsTaken[item.kind];
    commands.push(recorded);
  });
  return { input, commands, notifications, nextCompletionId };
}

function checkNumbers(recorded: RecordedCommand, nextCompletionId: number): void {
  const ids = commandCompletionIds(recorded.command);
  if (ids.every((id, offset) => id === nextCompletionId + offset)) return;
  throw new SdkError('JOURNAL_MISMATCH', {
    message: `Entry ${recorded.entry} was recorded with completion id ${ids.join(' and ')}; replayed in order it would have ${nextCompletionId}.`,
    hint: 'The journal was written by another SDK, or by one that counts differently. Resume the invocation on the deployment that recorded it.',
    details: { entry: recorded.entry, command: recorded.index, ids, nextCompletionId },
  });
}

/** For messages about notifications. */
export function describeNotification(notification: Notification): string {
  const { id } = notification;
  if (id.kind === 'namedSignal') return `the signal "${id.name}"`;
  return `${notification.of === 'signal' ? 'signal' : `the ${notification.of} completion`} ${id.id}`;
}
