import { writeBytes } from './frame-writer.ts';
import { MessageType } from './message-type.ts';
import { type CommandCodec, CommandTail, readNameOnly, writeCompletionId, writeName } from './command-codec.ts';
import { once, required } from './field-rules.ts';
import { readStateKeys, readValue, readVoid, writeStateKeys, writeValue, writeVoid } from './result-codec.ts';

const emptyKey = new Uint8Array(0);

export const getLazyStateCodec: CommandCodec<'getLazyState'> = {
  type: MessageType.GetLazyStateCommand,
  decode(reader) {
    const tail = new CommandTail();
    let key: Uint8Array = emptyKey;
    while (reader.next()) {
      if (reader.field === 1) key = reader.bytes();
      else if (!tail.take(reader)) reader.skip();
    }
    return { kind: 'getLazyState', name: tail.name, key, completionId: tail.requireCompletionId(reader) };
  },
  encode(writer, command) {
    writeBytes(writer, 1, command.key);
    writeCompletionId(writer, command.completionId);
    writeName(writer, command.name);
  },
};

export const setStateCodec: CommandCodec<'setState'> = {
  type: MessageType.SetStateCommand,
  decode(reader) {
    const tail = new CommandTail();
    let key: Uint8Array = emptyKey;
    let value: Uint8Array | undefined;
    while (reader.next()) {
      if (reader.field === 1) key = reader.bytes();
      else if (reader.field === 3) value = reader.message(readValue);
      else if (!tail.take(reader)) reader.skip();
    }
    return { kind: 'setState', name: tail.name, key, value: required(reader, value, 'value') };
  },
  encode(writer, command) {
    writeBytes(writer, 1, command.key);
    writeValue(writer, 3, command.value);
    writeName(writer, command.name);
  },
};

export const clearStateCodec: CommandCodec<'clearState'> = {
  type: MessageType.ClearStateCommand,
  decode(reader) {
    const tail = new CommandTail();
    let key: Uint8Array = emptyKey;
    while (reader.next()) {
      if (reader.field === 1) key = reader.bytes();
      else if (!tail.take(reader)) reader.skip();
    }
    return { kind: 'clearState', name: tail.name, key };
  },
  encode(writer, command) {
    writeBytes(writer, 1, command.key);
    writeName(writer, command.name);
  },
};

export const clearAllStateCodec: CommandCodec<'clearAllState'> = {
  type: MessageType.ClearAllStateCommand,
  decode: (reader) => ({ kind: 'clearAllState', name: readNameOnly(reader) }),
  encode: (writer, command) => writeName(writer, command.name),
};

export const getLazyStateKeysCodec: CommandCodec<'getLazyStateKeys'> = {
  type: MessageType.GetLazyStateKeysCommand,
  decode(reader) {
    const tail = new CommandTail();
    while (reader.next()) if (!tail.take(reader)) reader.skip();
    return { kind: 'getLazyStateKeys', name: tail.name, completionId: tail.requireCompletionId(reader) };
  },
  encode(writer, command) {
    writeCompletionId(writer, command.completionId);
    writeName(writer, command.name);
  },
};

export const getEagerStateCodec: CommandCodec<'getEagerState'> = {
  type: MessageType.GetEagerStateCommand,
  decode(reader) {
    const tail = new CommandTail();
    let key: Uint8Array = emptyKey;
    let found: { readonly value?: Uint8Array } | undefined;
    while (reader.next()) {
      if (reader.field === 1) key = reader.bytes();
      else if (reader.field === 13) {
        reader.message(readVoid);
        found = once(reader, found, 'result', {});
      } else if (reader.field === 14) found = once(reader, found, 'result', { value: reader.message(readValue) });
      else if (!tail.take(reader)) reader.skip();
    }
    return { kind: 'getEagerState', name: tail.name, key, ...required(reader, found, 'result') };
  },
  encode(writer, command) {
    writeBytes(writer, 1, command.key);
    writeName(writer, command.name);
    if (command.value === undefined) writeVoid(writer, 13);
    else writeValue(writer, 14, command.value);
  },
};

export const getEagerStateKeysCodec: CommandCodec<'getEagerStateKeys'> = {
  type: MessageType.GetEagerStateKeysCommand,
  decode(reader) {
    const tail = new CommandTail();
    let keys: Uint8Array[] | undefined;
    while (reader.next()) {
      if (reader.field === 14) keys = reader.message(readStateKeys);
      else if (!tail.take(reader)) reader.skip();
    }
    return { kind: 'getEagerStateKeys', name: tail.name, keys: required(reader, keys, 'state keys') };
  },
  encode(writer, command) {
    writeName(writer, command.name);
    writeStateKeys(writer, 14, command.keys);
  },
};
