import {
  closeFrame,
  openFrame,
  writePresentBytes,
  writePresentString,
  writePresentUint32,
  writePresentUint64,
  writeString,
  writeUint32,
} from './frame-writer.ts';
import type { ErrorMessage, ProposeRunCompletion, Result } from './message.ts';
import type { MessageReader } from './message-reader.ts';
import { MessageType } from './message-type.ts';
import { once, required, requiredId } from './field-rules.ts';
import { readFailed, writeFailure } from './result-codec.ts';

const behaviors = ['retry', 'pause', 'fail'] as const;

export function readError(reader: MessageReader): ErrorMessage {
  let code = 0;
  let message = '';
  let stacktrace = '';
  let behavior: ErrorMessage['behavior'] = 'retry';
  const related: { -readonly [K in RelatedField]?: ErrorMessage[K] } = {};
  while (reader.next()) {
    if (reader.field === 1) code = reader.uint32();
    else if (reader.field === 2) message = reader.string();
    else if (reader.field === 3) stacktrace = reader.string();
    else if (reader.field === 4) related.relatedCommandIndex = reader.uint32();
    else if (reader.field === 5) related.relatedCommandName = reader.string();
    else if (reader.field === 6) related.relatedCommandType = reader.uint32();
    else if (reader.field === 8) related.nextRetryDelayMs = reader.safeUint64();
    else if (reader.field === 9) behavior = readBehavior(reader);
    else reader.skip();
  }
  return { kind: 'error', code, message, stacktrace, ...related, behavior };
}

type RelatedField = 'relatedCommandIndex' | 'relatedCommandName' | 'relatedCommandType' | 'nextRetryDelayMs';

function readBehavior(reader: MessageReader): ErrorMessage['behavior'] {
  const number = reader.uint32();
  const behavior = behaviors[number];
  if (behavior === undefined) throw reader.malformed(`its behavior is ${number}`);
  return behavior;
}

export function encodeError(error: ErrorMessage): Uint8Array {
  const writer = openFrame();
  writeUint32(writer, 1, error.code);
  writeString(writer, 2, error.message);
  writeString(writer, 3, error.stacktrace);
  if (error.relatedCommandIndex !== undefined) writePresentUint32(writer, 4, error.relatedCommandIndex);
  if (error.relatedCommandName !== undefined) writePresentString(writer, 5, error.relatedCommandName);
  if (error.relatedCommandType !== undefined) writePresentUint32(writer, 6, error.relatedCommandType);
  if (error.nextRetryDelayMs !== undefined) writePresentUint64(writer, 8, error.nextRetryDelayMs);
  writeUint32(writer, 9, behaviors.indexOf(error.behavior));
  return closeFrame(MessageType.Error);
}

/** The proposal carries raw bytes; the notification that answers it wraps the same bytes in a Value. */
export function readProposeRunCompletion(reader: MessageReader): ProposeRunCompletion {
  let completionId = 0;
  let result: Result | undefined;
  while (reader.next()) {
    if (reader.field === 1) completionId = reader.uint32();
    else if (reader.field === 14) result = once(reader, result, 'result', { kind: 'success', value: reader.bytes() });
    else if (reader.field === 15) result = once(reader, result, 'result', readFailed(reader));
    else reader.skip();
  }
  return {
    kind: 'proposeRunCompletion',
    completionId: requiredId(reader, completionId, 'completion id'),
    result: required(reader, result, 'result'),
  };
}

export function encodeProposeRunCompletion(
  proposal: Omit<ProposeRunCompletion, 'kind'>,
  options: { readonly ackRequested?: boolean } = {},
): Uint8Array {
  const writer = openFrame();
  writePresentUint32(writer, 1, proposal.completionId);
  if (proposal.result.kind === 'success') writePresentBytes(writer, 14, proposal.result.value);
  else writeFailure(writer, 15, proposal.result.failure);
  return closeFrame(MessageType.ProposeRunCompletion, options.ackRequested);
}

export function readEnd(reader: MessageReader): { readonly kind: 'end' } {
  while (reader.next()) reader.skip();
  return { kind: 'end' };
}

export function encodeEnd(): Uint8Array {
  openFrame();
  return closeFrame(MessageType.End);
}

/** Send it only for a command whose header asked for it: SDKs treat an unasked ack as fatal. */
export function encodeCommandAck(commandIndex: number): Uint8Array {
  writeUint32(openFrame(), 1, commandIndex);
  return closeFrame(MessageType.CommandAck);
}

/** V7 only, and only for a proposal whose header asked for it. */
export function encodeRunAck(completionId: number): Uint8Array {
  writePresentUint32(openFrame(), 1, completionId);
  return closeFrame(MessageType.ProposeRunCompletionAck);
}

export function readCommandAck(reader: MessageReader): { readonly kind: 'commandAck'; readonly commandIndex: number } {
  return { kind: 'commandAck', commandIndex: readFirstUint32(reader) };
}

export function readRunAck(reader: MessageReader): {
  readonly kind: 'proposeRunCompletionAck';
  readonly completionId: number;
} {
  return {
    kind: 'proposeRunCompletionAck',
    completionId: requiredId(reader, readFirstUint32(reader), 'completion id'),
  };
}

function readFirstUint32(reader: MessageReader): number {
  let value = 0;
  while (reader.next()) {
    if (reader.field === 1) value = reader.uint32();
    else reader.skip();
  }
  return value;
}
