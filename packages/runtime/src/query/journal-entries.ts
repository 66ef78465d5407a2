/** Journal frames as SQL sees them: a JSON array with one object per entry. */
import { commandType, decodeStoredEntry, messageTypeName, splitFrames } from '@holdfast/protocol';
import type { Command, Notification } from '@holdfast/protocol';

export function describeEntries(firstIndex: number, frames: Uint8Array): string {
  return JSON.stringify(
    splitFrames(frames).map((frame, offset) => {
      const entry = decodeStoredEntry(frame);
      return {
        index: firstIndex + offset,
        ...(entry.kind === 'notification' ? describeNotification(entry) : describeCommand(entry)),
        raw_length: frame.body.length,
        raw: Buffer.from(frame.body).toString('base64'),
        entry_json: JSON.stringify(entry, readable),
      };
    }),
  );
}

function describeCommand(command: Command): Readonly<Record<string, unknown>> {
  return {
    entry_type: `Command: ${messageTypeName(commandType(command.kind))}`,
    name: command.name === '' ? undefined : command.name,
    completion_id: 'completionId' in command ? command.completionId : undefined,
    invoked_target: command.kind === 'call' || command.kind === 'oneWayCall' ? targetOf(command) : undefined,
    promise_name:
      command.kind === 'getPromise' || command.kind === 'peekPromise' || command.kind === 'completePromise'
        ? command.key
        : undefined,
    sleep_wakeup_at: command.kind === 'sleep' ? command.wakeUpAt : undefined,
  };
}

function describeNotification(notification: Notification): Readonly<Record<string, unknown>> {
  const { of, id, result } = notification;
  return {
    entry_type: `Notification: ${of.charAt(0).toUpperCase()}${of.slice(1)}`,
    name: id.kind === 'namedSignal' ? id.name : undefined,
    completion_id: id.kind === 'completion' ? id.id : undefined,
    invoked_id: result.kind === 'invocationId' ? result.invocationId : undefined,
  };
}

function targetOf(call: { readonly service: string; readonly key: string; readonly handler: string }): string {
  return [call.service, ...(call.key === '' ? [] : [call.key]), call.handler].join('/');
}

/** Payloads that are text are shown as text. */
function readable(_name: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return textOf(value) ?? { base64: Buffer.from(value).toString('base64') };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** `undefined` for bytes that are not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
