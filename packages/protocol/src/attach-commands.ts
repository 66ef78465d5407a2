import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { openMessage, writePresentString, writeString } from './frame-writer.ts';
import type { InvocationReference } from './message.ts';
import { MessageType } from './message-type.ts';
import type { MessageReader } from './message-reader.ts';
import { type CommandCodec, type CommandOf, CommandTail, writeCompletionId, writeName } from './command-codec.ts';
import { once, required, requiredText } from './field-rules.ts';

export const attachInvocationCodec: CommandCodec<'attachInvocation'> = {
  type: MessageType.AttachInvocationCommand,
  decode: (reader) => ({ kind: 'attachInvocation', ...readReferring(reader) }),
  encode: writeReferring,
};

export const getInvocationOutputCodec: CommandCodec<'getInvocationOutput'> = {
  type: MessageType.GetInvocationOutputCommand,
  decode: (reader) => ({ kind: 'getInvocationOutput', ...readReferring(reader) }),
  encode: writeReferring,
};

function readReferring(reader: MessageReader): Omit<CommandOf<'attachInvocation'>, 'kind'> {
  const tail = new CommandTail();
  let target: InvocationReference | undefined;
  while (reader.next()) {
    if (reader.field === 1) target = once(reader, target, 'target', { kind: 'invocation', id: reader.string() });
    else if (reader.field === 3) target = once(reader, target, 'target', reader.message(readIdempotentTarget));
    else if (reader.field === 4) target = once(reader, target, 'target', reader.message(readWorkflowTarget));
    else if (!tail.take(reader)) reader.skip();
  }
  return {
    name: tail.name,
    target: required(reader, target, 'target'),
    completionId: tail.requireCompletionId(reader),
  };
}

function writeReferring(writer: BinaryWriter, command: CommandOf<'attachInvocation' | 'getInvocationOutput'>): void {
  writeReference(writer, command.target);
  writeCompletionId(writer, command.completionId);
  writeName(writer, command.name);
}

function readIdempotentTarget(reader: MessageReader): InvocationReference {
  let service = '';
  let key: string | undefined;
  let handler = '';
  let idempotencyKey = '';
  let scope = '';
  while (reader.next()) {
    if (reader.field === 1) service = reader.string();
    else if (reader.field === 2) key = reader.string();
    else if (reader.field === 3) handler = reader.string();
    else if (reader.field === 4) idempotencyKey = reader.string();
    else if (reader.field === 5) scope = reader.string();
    else reader.skip();
  }
  return {
    kind: 'idempotent',
    service: requiredText(reader, service, 'service'),
    ...(key === undefined ? {} : { key }),
    handler: requiredText(reader, handler, 'handler'),
    idempotencyKey: requiredText(reader, idempotencyKey, 'idempotency key'),
    ...(scope === '' ? {} : { scope }),
  };
}

function readWorkflowTarget(reader: MessageReader): InvocationReference {
  let name = '';
  let key = '';
  let scope = '';
  while (reader.next()) {
    if (reader.field === 1) name = reader.string();
    else if (reader.field === 2) key = reader.string();
    else if (reader.field === 3) scope = reader.string();
    else reader.skip();
  }
  return {
    kind: 'workflow',
    name: requiredText(reader, name, 'workflow name'),
    key,
    ...(scope === '' ? {} : { scope }),
  };
}

function writeReference(writer: BinaryWriter, target: InvocationReference): void {
  switch (target.kind) {
    case 'invocation':
      writePresentString(writer, 1, target.id);
      return;
    case 'idempotent':
      openMessage(writer, 3);
      writeString(writer, 1, target.service);
      if (target.key !== undefined) writePresentString(writer, 2, target.key);
      writeString(writer, 3, target.handler);
      writeString(writer, 4, target.idempotencyKey);
      if (target.scope !== undefined) writePresentString(writer, 5, target.scope);
      writer.join();
      return;
    case 'workflow':
      openMessage(writer, 4);
      writeString(writer, 1, target.name);
      writeString(writer, 2, target.key);
      if (target.scope !== undefined) writePresentString(writer, 3, target.scope);
      writer.join();
      return;
  }
}
