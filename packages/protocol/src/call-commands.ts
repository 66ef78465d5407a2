import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { writeBytes, writePresentString, writePresentUint32, writeString, writeUint64 } from './frame-writer.ts';
import type { CallTarget, Header } from './message.ts';
import { MessageType } from './message-type.ts';
import type { MessageReader } from './message-reader.ts';
import { type CommandCodec, CommandTail, writeCompletionId, writeName } from './command-codec.ts';
import { requiredId, requiredText } from './field-rules.ts';
import { readHeaderInto, writeHeaders } from './result-codec.ts';

/** Call and OneWayCall carry the same target under different numbers: the send's invoke time shifted the later ones. */
interface TargetFields {
  readonly headers: number;
  readonly key: number;
  readonly idempotencyKey: number;
  readonly scope: number;
  readonly limitKey: number;
}

const callFields: TargetFields = { headers: 4, key: 5, idempotencyKey: 6, scope: 7, limitKey: 8 };
const oneWayCallFields: TargetFields = { headers: 5, key: 6, idempotencyKey: 7, scope: 8, limitKey: 9 };

export const callCodec: CommandCodec<'call'> = {
  type: MessageType.CallCommand,
  decode(reader) {
    const tail = new CommandTail();
    const target = new TargetReader(callFields);
    while (reader.next()) if (!target.take(reader) && !tail.take(reader)) reader.skip();
    const completionId = tail.requireCompletionId(reader);
    const fields = target.finish(reader);
    if (fields.invocationIdCompletionId === completionId) {
      throw reader.malformed(`its two completion ids are both ${completionId}`);
    }
    return { kind: 'call', name: tail.name, completionId, ...fields };
  },
  encode(writer, command) {
    writeString(writer, 1, command.service);
    writeString(writer, 2, command.handler);
    writeBytes(writer, 3, command.parameter);
    writeTarget(writer, callFields, command);
    writeCompletionId(writer, command.completionId);
    writeName(writer, command.name);
  },
};

export const oneWayCallCodec: CommandCodec<'oneWayCall'> = {
  type: MessageType.OneWayCallCommand,
  decode(reader) {
    const tail = new CommandTail();
    const target = new TargetReader(oneWayCallFields);
    let invokeAt = 0;
    while (reader.next()) {
      if (reader.field === 4) invokeAt = reader.safeUint64();
      else if (!target.take(reader) && !tail.take(reader)) reader.skip();
    }
    return { kind: 'oneWayCall', name: tail.name, invokeAt, ...target.finish(reader) };
  },
  encode(writer, command) {
    writeString(writer, 1, command.service);
    writeString(writer, 2, command.handler);
    writeBytes(writer, 3, command.parameter);
    writeUint64(writer, 4, command.invokeAt);
    writeTarget(writer, oneWayCallFields, command);
    writeName(writer, command.name);
  },
};

class TargetReader {
  readonly #fields: TargetFields;
  readonly #headers: Header[] = [];
  #service = '';
  #handler = '';
  #key = '';
  #parameter: Uint8Array = new Uint8Array(0);
  #idempotencyKey: string | undefined;
  #scope: string | undefined;
  #limitKey: string | undefined;
  #invocationIdCompletionId = 0;

  constructor(fields: TargetFields) {
    this.#fields = fields;
  }

  take(reader: MessageReader): boolean {
    const fields = this.#fields;
    switch (reader.field) {
      case 1:
        this.#service = reader.string();
        return true;
      case 2:
        this.#handler = reader.string();
        return true;
      case 3:
        this.#parameter = reader.bytes();
        return true;
      case 10:
        this.#invocationIdCompletionId = reader.uint32();
        return true;
      case fields.headers:
        readHeaderInto(reader, this.#headers);
        return true;
      case fields.key:
        this.#key = reader.string();
        return true;
      case fields.idempotencyKey:
        this.#idempotencyKey = reader.string();
        return true;
      case fields.scope:
        this.#scope = reader.string();
        return true;
      case fields.limitKey:
        this.#limitKey = reader.string();
        return true;
      default:
        return false;
    }
  }

  finish(reader: MessageReader): CallTarget {
    if (this.#idempotencyKey === '') throw reader.malformed('its idempotency key is empty');
    return {
      service: requiredText(reader, this.#service, 'service'),
      handler: requiredText(reader, this.#handler, 'handler'),
      key: this.#key,
      parameter: this.#parameter,
      headers: this.#headers,
      ...(this.#idempotencyKey === undefined ? {} : { idempotencyKey: this.#idempotencyKey }),
      // An empty scope or limit key means none.
      ...(this.#scope === undefined || this.#scope === '' ? {} : { scope: this.#scope }),
      ...(this.#limitKey === undefined || this.#limitKey === '' ? {} : { limitKey: this.#limitKey }),
      invocationIdCompletionId: requiredId(reader, this.#invocationIdCompletionId, 'invocation-id completion id'),
    };
  }
}

function writeTarget(writer: BinaryWriter, fields: TargetFields, target: CallTarget): void {
  writeHeaders(writer, fields.headers, target.headers);
  writeString(writer, fields.key, target.key);
  if (target.idempotencyKey !== undefined) writePresentString(writer, fields.idempotencyKey, target.idempotencyKey);
  if (target.scope !== undefined) writePresentString(writer, fields.scope, target.scope);
  if (target.limitKey !== undefined) writePresentString(writer, fields.limitKey, target.limitKey);
  writePresentUint32(writer, 10, target.invocationIdCompletionId);
}
