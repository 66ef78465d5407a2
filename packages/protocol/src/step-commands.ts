import { writeUint64 } from './frame-writer.ts';
import type { Header, Result } from './message.ts';
import { MessageType } from './message-type.ts';
import { type CommandCodec, CommandTail, writeCompletionId, writeName } from './command-codec.ts';
import { once, required } from './field-rules.ts';
import {
  readFailed,
  readHeaderInto,
  readSuccess,
  readValue,
  writeHeaders,
  writeResult,
  writeValue,
} from './result-codec.ts';

export const inputCodec: CommandCodec<'input'> = {
  type: MessageType.InputCommand,
  decode(reader) {
    const tail = new CommandTail();
    const headers: Header[] = [];
    let value: Uint8Array | undefined;
    while (reader.next()) {
      if (reader.field === 1) readHeaderInto(reader, headers);
      else if (reader.field === 14) value = reader.message(readValue);
      else if (!tail.take(reader)) reader.skip();
    }
    return { kind: 'input', name: tail.name, headers, value: required(reader, value, 'value') };
  },
  encode(writer, command) {
    writeHeaders(writer, 1, command.headers);
    writeName(writer, command.name);
    writeValue(writer, 14, command.value);
  },
};

export const outputCodec: CommandCodec<'output'> = {
  type: MessageType.OutputCommand,
  decode(reader) {
    const tail = new CommandTail();
    let result: Result | undefined;
    while (reader.next()) {
      if (reader.field === 14) result = once(reader, result, 'result', readSuccess(reader));
      else if (reader.field === 15) result = once(reader, result, 'result', readFailed(reader));
      else if (!tail.take(reader)) reader.skip();
    }
    return { kind: 'output', name: tail.name, result: required(reader, result, 'result') };
  },
  encode(writer, command) {
    writeName(writer, command.name);
    writeResult(writer, command.result, { value: 14, failure: 15 });
  },
};

export const sleepCodec: CommandCodec<'sleep'> = {
  type: MessageType.SleepCommand,
  decode(reader) {
    const tail = new CommandTail();
    let wakeUpAt = 0;
    while (reader.next()) {
      if (reader.field === 1) wakeUpAt = reader.safeUint64();
      else if (!tail.take(reader)) reader.skip();
    }
    return { kind: 'sleep', name: tail.name, wakeUpAt, completionId: tail.requireCompletionId(reader) };
  },
  encode(writer, command) {
    writeUint64(writer, 1, command.wakeUpAt);
    writeCompletionId(writer, command.completionId);
    writeName(writer, command.name);
  },
};

export const runCodec: CommandCodec<'run'> = {
  type: MessageType.RunCommand,
  decode(reader) {
    const tail = new CommandTail();
    while (reader.next()) if (!tail.take(reader)) reader.skip();
    return { kind: 'run', name: tail.name, completionId: tail.requireCompletionId(reader) };
  },
  encode(writer, command) {
    writeCompletionId(writer, command.completionId);
    writeName(writer, command.name);
  },
};
