import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { writePresentUint32, writeString } from './frame-writer.ts';
import type { Command, CommandKind } from './message.ts';
import type { MessageReader } from './message-reader.ts';
import { requiredId } from './field-rules.ts';

export type CommandOf<K extends CommandKind> = Extract<Command, { kind: K }>;

/** How one kind of command is read and written. Every command keeps its label in field 12 and its completion id in 11. */
export interface CommandCodec<K extends CommandKind> {
  readonly type: number;
  readonly decode: (reader: MessageReader) => CommandOf<K>;
  readonly encode: (writer: BinaryWriter, command: CommandOf<K>) => void;
}

/**
 * The fields that nearly every command has, read by one place.
 *
 * `take` answers false when the field is the command's own business.
 */
export class CommandTail {
  name = '';
  #completionId = 0;

  take(reader: MessageReader): boolean {
    if (reader.field === 12) this.name = reader.string();
    else if (reader.field === 11) this.#completionId = reader.uint32();
    else return false;
    return true;
  }

  requireCompletionId(reader: MessageReader): number {
    return requiredId(reader, this.#completionId, 'completion id');
  }
}

export function writeName(writer: BinaryWriter, name: string): void {
  writeString(writer, 12, name);
}

export function writeCompletionId(writer: BinaryWriter, completionId: number): void {
  writePresentUint32(writer, 11, completionId);
}

/** For commands that have nothing but a label. */
export function readNameOnly(reader: MessageReader): string {
  let name = '';
  while (reader.next()) {
    if (reader.field === 12) name = reader.string();
    else reader.skip();
  }
  return name;
}
