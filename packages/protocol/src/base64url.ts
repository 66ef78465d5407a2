/** Base64url without padding (RFC 4648 §5), strict when reading: one text per byte string. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const sextetByCharCode = new Int8Array(128).fill(-1);
for (let sextet = 0; sextet < 64; sextet += 1) sextetByCharCode[alphabet.charCodeAt(sextet)] = sextet;

export function encodeBase64url(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let heldBits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffff;
    heldBits += 8;
    while (heldBits >= 6) {
      heldBits -= 6;
      text += alphabet.charAt((held >>> heldBits) & 63);
    }
  }
  return heldBits === 0 ? text : text + alphabet.charAt((held << (6 - heldBits)) & 63);
}

/** Undefined when a character is foreign, the length impossible, or bits beyond the last byte are set. */
export function decodeBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let written = 0;
  let held = 0;
  let heldBits = 0;
  for (let position = 0; position < text.length; position += 1) {
    const sextet = sextetByCharCode[text.charCodeAt(position)] ?? -1;
    if (sextet < 0) return undefined;
    held = ((held << 6) | sextet) & 0xffff;
    heldBits += 6;
    if (heldBits >= 8) {
      heldBits -= 8;
      bytes[written] = held >>> heldBits;
      written += 1;
    }
  }
  return (held & ((1 << heldBits) - 1)) === 0 ? bytes : undefined;
}
