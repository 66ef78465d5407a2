import { writeString } from './frame-writer.ts';
import type { Result } from './message.ts';
import { MessageType } from './message-type.ts';
import { type CommandCodec, type CommandOf, CommandTail, writeCompletionId, writeName } from './command-codec.ts';
import { once, required } from './field-rules.ts';
import { readFailed, readSuccess, writeResult } from './result-codec.ts';
import type { MessageReader } from './message-reader.ts';
import type { BinaryWriter } from '@bufbuild/protobuf/wire';

export const getPromiseCodec: CommandCodec<'getPromise'> = {
  type: MessageType.GetPromiseCommand,
  decode: (reader) => ({ kind: 'getPromise', ...readPromiseRead(reader) }),
  encode: writePromiseRead,
};

export const peekPromiseCodec: CommandCodec<'peekPromise'> = {
  type: MessageType.PeekPromiseCommand,
  decode: (reader) => ({ kind: 'peekPromise', ...readPromiseRead(reader) }),
  encode: writePromiseRead,
};

export const completePromiseCodec: CommandCodec<'completePromise'> = {
  type: MessageType.CompletePromiseCommand,
  decode(reader) {
    const tail = new CommandTail();
    let key = '';
    let result: Result | undefined;
    while (reader.next()) {
      if (reader.field === 1) key = reader.string();
      else if (reader.field === 2) result = once(reader, result, 'result', readSuccess(reader));
      else if (reader.field === 3) result = once(reader, result, 'result', readFailed(reader));
      else if (!tail.take(reader)) reader.skip();
    }
    return {
      kind: 'completePromise',
      name: tail.name,
      key,
      result: required(reader, result, 'result'),
      completionId: tail.requireCompletionId(reader),
    };
  },
  encode(writer, command) {
    writeString(writer, 1, command.key);
    writeResult(writer, command.result, { value: 2, failure: 3 });
    writeCompletionId(writer, command.completionId);
    writeName(writer, command.name);
  },
};

function readPromiseRead(reader: MessageReader): Omit<CommandOf<'getPromise'>, 'kind'> {
  const tail = new CommandTail();
  let key = '';
  while (reader.next()) {
    if (reader.field === 1) key = reader.string();
    else if (!tail.take(reader)) reader.skip();
  }
  return { name: tail.name, key, completionId: tail.requireCompletionId(reader) };
}

function writePromiseRead(writer: BinaryWriter, command: CommandOf<'getPromise' | 'peekPromise'>): void {
  writeString(writer, 1, command.key);
  writeCompletionId(writer, command.completionId);
  writeName(writer, command.name);
}
