import { writePresentString, writePresentUint32, writeString } from './frame-writer.ts';
import type { Result } from './message.ts';
import { MessageType } from './message-type.ts';
import { type CommandCodec, type CommandOf, CommandTail, writeName } from './command-codec.ts';
import { once, required, requiredId, requiredText } from './field-rules.ts';
import { readFailed, readSuccess, readVoid, writeResult, writeVoid } from './result-codec.ts';

export const sendSignalCodec: CommandCodec<'sendSignal'> = {
  type: MessageType.SendSignalCommand,
  decode(reader) {
    let name = '';
    let target = '';
    let signal: CommandOf<'sendSignal'>['signal'] | undefined;
    let result: CommandOf<'sendSignal'>['result'] | undefined;
    while (reader.next()) {
      switch (reader.field) {
        case 1:
          target = reader.string();
          break;
        case 2:
          signal = once(reader, signal, 'signal', {
            kind: 'signal',
            id: requiredId(reader, reader.uint32(), 'signal id'),
          });
          break;
        case 3:
          signal = once(reader, signal, 'signal', { kind: 'namedSignal', name: reader.string() });
          break;
        case 4:
          reader.message(readVoid);
          result = once(reader, result, 'result', { kind: 'void' });
          break;
        case 5:
          result = once(reader, result, 'result', readSuccess(reader));
          break;
        case 6:
          result = once(reader, result, 'result', readFailed(reader));
          break;
        case 12:
          name = reader.string();
          break;
        default:
          reader.skip();
      }
    }
    return {
      kind: 'sendSignal',
      name,
      target: requiredText(reader, target, 'target invocation'),
      signal: required(reader, signal, 'signal'),
      result: required(reader, result, 'result'),
    };
  },
  encode(writer, command) {
    writeString(writer, 1, command.target);
    if (command.signal.kind === 'signal') writePresentUint32(writer, 2, command.signal.id);
    else writePresentString(writer, 3, command.signal.name);
    if (command.result.kind === 'void') writeVoid(writer, 4);
    else writeResult(writer, command.result, { value: 5, failure: 6 });
    writeName(writer, command.name);
  },
};

export const completeAwakeableCodec: CommandCodec<'completeAwakeable'> = {
  type: MessageType.CompleteAwakeableCommand,
  decode(reader) {
    const tail = new CommandTail();
    let awakeableId = '';
    let result: Result | undefined;
    while (reader.next()) {
      if (reader.field === 1) awakeableId = reader.string();
      else if (reader.field === 2) result = once(reader, result, 'result', readSuccess(reader));
      else if (reader.field === 3) result = once(reader, result, 'result', readFailed(reader));
      else if (!tail.take(reader)) reader.skip();
    }
    return {
      kind: 'completeAwakeable',
      name: tail.name,
      awakeableId: requiredText(reader, awakeableId, 'awakeable id'),
      result: required(reader, result, 'result'),
    };
  },
  encode(writer, command) {
    writeString(writer, 1, command.awakeableId);
    writeResult(writer, command.result, { value: 2, failure: 3 });
    writeName(writer, command.name);
  },
};
