/**
 * Base 62 as ids use it: the bytes are read as a little-endian number, digits are written most significant first and padded
 * with `0`. Alphabet: digits, lower case, upper case.
 *
 * Ids are made once per request, so this works on 16-bit limbs instead of BigInt (about ten times faster). Two digits are
 * converted at a time: 62^2 shifted by a limb still fits 31 bits, where integer arithmetic is fastest.
 */
const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const pairBase = 62 * 62;

const pairs: readonly string[] = Array.from(
  { length: pairBase },
  (_, pair) => alphabet.charAt(Math.floor(pair / 62)) + alphabet.charAt(pair % 62),
);

const digitByCharCode = new Int8Array(128).fill(-1);
for (let digit = 0; digit < alphabet.length; digit += 1) digitByCharCode[alphabet.charCodeAt(digit)] = digit;

/** `digits` must be enough for the byte length: 11 for 8 bytes, 22 for 16. */
export function encodeBase62(bytes: Uint8Array, digits: number): string {
  const limbs = new Uint16Array(bytes.length / 2);
  for (let index = 0; index < limbs.length; index += 1) {
    limbs[index] = (bytes[2 * index] ?? 0) | ((bytes[2 * index + 1] ?? 0) << 8);
  }
  let text = '';
  for (let written = 0; written < digits; written += 2) {
    let remainder = 0;
    for (let index = limbs.length - 1; index >= 0; index -= 1) {
      const dividend = (remainder << 16) | (limbs[index] ?? 0);
      const quotient = (dividend / pairBase) | 0;
      limbs[index] = quotient;
      remainder = dividend - quotient * pairBase;
    }
    text = (pairs[remainder] ?? '') + text;
  }
  // An odd count was rounded up to whole pairs; the extra digit is a leading zero.
  return text.length === digits ? text : text.slice(1);
}

/** Writes the number into `into`, all of it; false when a character is no digit or the number does not fit. */
export function decodeBase62(text: string, start: number, end: number, into: Uint8Array): boolean {
  const limbs = new Uint16Array(into.length / 2);
  // An odd digit in front completes to a pair with a leading zero.
  let position = start - ((end - start) % 2);
  for (; position < end; position += 2) {
    const high = position < start ? 0 : digitAt(text, position);
    const low = digitAt(text, position + 1);
    if (high < 0 || low < 0) return false;
    let carry = high * 62 + low;
    for (let index = 0; index < limbs.length; index += 1) {
      carry += (limbs[index] ?? 0) * pairBase;
      limbs[index] = carry & 0xffff;
      carry >>>= 16;
    }
    if (carry !== 0) return false;
  }
  for (let index = 0; index < limbs.length; index += 1) {
    const limb = limbs[index] ?? 0;
    into[2 * index] = limb & 0xff;
    into[2 * index + 1] = limb >>> 8;
  }
  return true;
}

function digitAt(text: string, position: number): number {
  return digitByCharCode[text.charCodeAt(position)] ?? -1;
}
