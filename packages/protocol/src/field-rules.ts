import type { MessageReader } from './message-reader.ts';

/** A choice of which exactly one member is present: `held` is what was read before. */
export function once<T>(reader: MessageReader, held: T | undefined, what: string, value: T): T {
  if (held !== undefined) throw reader.malformed(`it has more than one ${what}`);
  return value;
}

export function required<T>(reader: MessageReader, value: T | undefined, what: string): T {
  if (value === undefined) throw reader.malformed(`it has no ${what}`);
  return value;
}

/** Completion ids begin at 1; 0 is what an absent field reads as. */
export function requiredId(reader: MessageReader, id: number, what: string): number {
  if (id === 0) throw reader.malformed(`it has no ${what}, or 0`);
  return id;
}

export function requiredText(reader: MessageReader, text: string, what: string): string {
  if (text === '') throw reader.malformed(`it has no ${what}`);
  return text;
}
