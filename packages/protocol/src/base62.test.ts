import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase62, encodeBase62 } from './base62.ts';

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The definition, in big integers. */
function reference(bytes: Uint8Array, digits: number): string {
  let value = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = '';
  for (; text.length < digits; value /= 62n) text = alphabet.charAt(Number(value % 62n)) + text;
  return text;
}

test.each([
  [8, 11],
  [16, 22],
])('%i bytes are written as the little-endian number they are, in %i digits', (length, digits) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (bytes) => {
      const text = encodeBase62(bytes, digits);
      const decoded = new Uint8Array(length);

      expect(text).toBe(reference(bytes, digits));
      expect(decodeBase62(text, 0, digits, decoded)).toBe(true);
      expect(decoded).toEqual(bytes);
    }),
  );
});

test.each([
  [8, 11],
  [16, 22],
])('the largest number of %i bytes is read, and the next one is not', (length, digits) => {
  const largest = new Uint8Array(length).fill(255);
  const text = encodeBase62(largest, digits);
  // No digit is the last of the alphabet, so that the number after it differs in the last digit only.
  const next = text.slice(0, -1) + alphabet.charAt(alphabet.indexOf(text.slice(-1)) + 1);

  expect(decodeBase62(text, 0, digits, new Uint8Array(length))).toBe(true);
  expect(decodeBase62(next, 0, digits, new Uint8Array(length))).toBe(false);
});

test('digits outside of the range are not looked at', () => {
  const decoded = new Uint8Array(8);

  expect(decodeBase62('ZZ00000000001-', 2, 13, decoded)).toBe(true);
  expect(decoded).toEqual(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
});
