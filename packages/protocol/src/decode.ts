import { readAwaitingOn, readSuspension } from './await-set.ts';
import { decodeCommand } from './command.ts';
import { readCommandAck, readEnd, readError, readProposeRunCompletion, readRunAck } from './control.ts';
import type { Frame } from './frame.ts';
import type { Command, EndpointMessage, Notification, ProtocolVersion, RuntimeMessage } from './message.ts';
import { readMessage } from './message-reader.ts';
import { isCommandType, isNotificationType, MessageType, messageTypeName } from './message-type.ts';
import { decodeNotification } from './notification.ts';
import { ProtocolError } from './protocol-error.ts';
import { readStart } from './start.ts';

/**
 * This decodes what an endpoint sent, fully: nothing of the message is left to be refused later.
 *
 * Throws `UNEXPECTED_MESSAGE` for what only the runtime may send, `VERSION_MISMATCH` for what the negotiated version does
 * not have, `FLOW_CONTROL_UNSUPPORTED` for scopes and limit keys, `MALFORMED_MESSAGE` for everything else.
 */
export function decodeEndpointMessage(frame: Frame, version: ProtocolVersion): EndpointMessage {
  const name = messageTypeName(frame.type);
  switch (frame.type) {
    case MessageType.ProposeRunCompletion:
      return readMessage(name, frame.body, readProposeRunCompletion);
    case MessageType.Suspension:
      return readMessage(name, frame.body, (reader) => readSuspension(reader, version));
    case MessageType.Error:
      return readMessage(name, frame.body, readError);
    case MessageType.End:
      return readMessage(name, frame.body, readEnd);
    case MessageType.AwaitingOn:
      if (version !== 7) throw wrongVersion(name, version);
      return readMessage(name, frame.body, readAwaitingOn);
    case MessageType.InputCommand:
      throw unexpected(frame, 'an endpoint never sends it');
    default:
      if (!isCommandType(frame.type)) throw unexpected(frame, 'an endpoint never sends it');
      return { kind: 'command', command: refuseFlowControl(decodeCommand(frame), name) };
  }
}

/** This decodes an entry of a journal: what `decodeEndpointMessage` let in, or the runtime itself wrote. */
export function decodeStoredEntry(frame: Frame): Command | Notification {
  if (isCommandType(frame.type)) return decodeCommand(frame);
  if (isNotificationType(frame.type)) return decodeNotification(frame);
  throw unexpected(frame, 'it is no journal entry');
}

/** This is the endpoint's side: Start, notifications and acks. Replayed commands are read with `decodeStoredEntry`. */
export function decodeRuntimeMessage(frame: Frame): RuntimeMessage {
  const name = messageTypeName(frame.type);
  switch (frame.type) {
    case MessageType.Start:
      return readMessage(name, frame.body, readStart);
    case MessageType.CommandAck:
      return readMessage(name, frame.body, readCommandAck);
    case MessageType.ProposeRunCompletionAck:
      return readMessage(name, frame.body, readRunAck);
    default:
      if (!isNotificationType(frame.type)) throw unexpected(frame, 'the runtime never sends it outside the replay');
      return decodeNotification(frame);
  }
}

function refuseFlowControl(command: Command, name: string): Command {
  const asked =
    ((command.kind === 'call' || command.kind === 'oneWayCall') &&
      (command.scope !== undefined || command.limitKey !== undefined)) ||
    ((command.kind === 'attachInvocation' || command.kind === 'getInvocationOutput') &&
      command.target.kind !== 'invocation' &&
      command.target.scope !== undefined);
  if (!asked) return command;
  throw new ProtocolError('FLOW_CONTROL_UNSUPPORTED', {
    message: `${name} names a scope or a limit key, and flow control is not supported.`,
    hint: 'Remove the scope and limit key from the call.',
    details: { kind: command.kind },
  });
}

function unexpected(frame: Frame, why: string): ProtocolError {
  const name = messageTypeName(frame.type);
  return new ProtocolError('UNEXPECTED_MESSAGE', {
    message: `${name} was not expected here: ${why}.`,
    details: { type: frame.type },
  });
}

function wrongVersion(name: string, version: ProtocolVersion): ProtocolError {
  return new ProtocolError('VERSION_MISMATCH', {
    message: `${name} does not exist in protocol V${version}, which this attempt negotiated.`,
    details: { version },
  });
}
