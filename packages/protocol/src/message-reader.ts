import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { ProtocolError } from './protocol-error.ts';

// By number. An end of group is found by whoever skips the group, so that on its own it is no field; 6 and 7 do not exist.
const wireTypes: readonly (WireType | undefined)[] = [
  WireType.Varint,
  WireType.Bit64,
  WireType.LengthDelimited,
  WireType.StartGroup,
  undefined,
  WireType.Bit32,
];

/**
 * Reads the fields of one protobuf message and refuses everything that only a lenient reader would accept: a known field
 * with another wire type, numbers above their range, text that is not UTF-8, nested messages that reach beyond their parent.
 * Unknown fields are skipped, as the protocol demands.
 *
 * Bytes are returned as views over the payload.
 */
export class MessageReader {
  /** Number of the field that `next` found; its value must be read or skipped before the next `next`. */
  field = 0;
  readonly #message: string;
  readonly #bytes: Uint8Array;
  readonly #reader: BinaryReader;
  #wireType: WireType = WireType.Varint;
  #end: number;

  constructor(message: string, bytes: Uint8Array) {
    this.#message = message;
    this.#bytes = bytes;
    this.#reader = new BinaryReader(bytes);
    this.#end = bytes.length;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#reader.pos >= this.#end) return false;
    const tag = this.#varint32();
    this.field = tag >>> 3;
    const wireType = wireTypes[tag & 7];
    if (this.field === 0 || wireType === undefined) throw this.malformed(`0x${tag.toString(16)} is no field`);
    this.#wireType = wireType;
    return true;
  }

  uint32(): number {
    this.#expect(WireType.Varint);
    return this.#varint32();
  }

  /** A uint64 that JavaScript can count exactly: up to 2^53 - 1. */
  safeUint64(): number {
    const value = Number(this.uint64());
    if (!Number.isSafeInteger(value)) throw this.malformed(`field ${this.field} is above 2^53 - 1`);
    return value;
  }

  uint64(): bigint {
    this.#expect(WireType.Varint);
    const value = BigInt(this.#reader.uint64());
    this.#checkBounds();
    return value;
  }

  bool(): boolean {
    return this.uint64() !== 0n;
  }

  bytes(): Uint8Array {
    const end = this.#openLength();
    const value = this.#bytes.subarray(this.#reader.pos, end);
    this.#reader.pos = end;
    return value;
  }

  string(): string {
    const start = this.#reader.pos;
    this.#openLength();
    this.#reader.pos = start;
    try {
      return this.#reader.string(true);
    } catch (error) {
      throw this.malformed(`field ${this.field} is not UTF-8 text`, error);
    }
  }

  /** Reads a nested message; `decode` must read until `next` answers false. */
  message<T>(decode: (reader: MessageReader) => T): T {
    const end = this.#openLength();
    const outerEnd = this.#end;
    const outerField = this.field;
    this.#end = end;
    const value = decode(this);
    this.#end = outerEnd;
    this.field = outerField;
    return value;
  }

  /** Reads a repeated uint32, packed or not, behind what `into` already holds. */
  uint32s(into: number[], countMax: number): void {
    if (this.#wireType === WireType.Varint) {
      this.#pushBounded(into, this.#varint32(), countMax);
      return;
    }
    const end = this.#openLength();
    const outerEnd = this.#end;
    this.#end = end;
    while (this.#reader.pos < end) this.#pushBounded(into, this.#varint32(), countMax);
    this.#end = outerEnd;
  }

  skip(): void {
    const start = this.#reader.pos;
    this.#reader.skip(this.#wireType, this.field);
    if (this.#wireType === WireType.Varint && this.#reader.pos - start > 10) {
      throw this.malformed(`field ${this.field} is a number of more than 10 bytes`);
    }
    this.#checkBounds();
  }

  /** The error for anything wrong in this message; `sentence` says what. */
  malformed(sentence: string, cause?: unknown): ProtocolError {
    return new ProtocolError('MALFORMED_MESSAGE', {
      message: `${this.#message} is malformed: ${sentence}.`,
      hint: 'Check the SDK that wrote it; a damaged stream shows the same way.',
      details: { message: this.#message },
      cause,
    });
  }

  #pushBounded(into: number[], value: number, countMax: number): void {
    if (into.length >= countMax) throw this.malformed(`field ${this.field} has more than ${countMax} elements`);
    into.push(value);
  }

  #expect(wireType: WireType): void {
    if (this.#wireType !== wireType) throw this.malformed(`field ${this.field} has wire type ${this.#wireType}`);
  }

  #openLength(): number {
    this.#expect(WireType.LengthDelimited);
    const length = this.#varint32();
    const end = this.#reader.pos + length;
    if (end > this.#end) throw this.malformed(`field ${this.field} reaches beyond its message`);
    return end;
  }

  #varint32(): number {
    const start = this.#reader.pos;
    const value = this.#reader.uint32();
    const length = this.#reader.pos - start;
    // The library cuts longer numbers to 32 bits; a cut id would be another id.
    if (length > 5 || (length === 5 && (this.#bytes[this.#reader.pos - 1] ?? 0) > 0x0f)) {
      throw this.malformed('a 32-bit number is out of range');
    }
    this.#checkBounds();
    return value;
  }

  #checkBounds(): void {
    if (this.#reader.pos > this.#end) throw this.malformed(`field ${this.field} reaches beyond its message`);
  }
}

/** This decodes one whole message; anything the wire primitives refuse becomes `MALFORMED_MESSAGE`. */
export function readMessage<T>(message: string, bytes: Uint8Array, decode: (reader: MessageReader) => T): T {
  const reader = new MessageReader(message, bytes);
  try {
    return decode(reader);
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw reader.malformed('it ends inside a field, or a field is unreadable', error);
  }
}
