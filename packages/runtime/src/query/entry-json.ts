import type { Command, Notification } from '@holdfast/protocol';
import { readUtf8 } from './utf8-text.ts';

/** A journal entry as JSON. Payloads are text when they are UTF-8, else `{"base64": …}`: the runtime never knows more about them. */
export function toEntryJson(entry: Command | Notification): string {
  return JSON.stringify(entry, (_key, value: unknown) => {
    if (!(value instanceof Uint8Array)) return value;
    return readUtf8(value) ?? { base64: Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64') };
  });
}
