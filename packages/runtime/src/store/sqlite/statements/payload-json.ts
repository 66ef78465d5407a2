/**
 * JSON in which bytes are objects with the one property `$base64`. Only for values whose other property names are ours: a user's object of
 * that shape would be mistaken for bytes.
 */
const MARK = '$base64';

export function stringifyPayloads(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item instanceof Uint8Array
      ? { [MARK]: Buffer.from(item.buffer, item.byteOffset, item.byteLength).toString('base64') }
      : item,
  );
}

export function parsePayloads(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || !(MARK in item) || typeof item[MARK] !== 'string') return item;
    return new Uint8Array(Buffer.from(item[MARK], 'base64'));
  });
}
