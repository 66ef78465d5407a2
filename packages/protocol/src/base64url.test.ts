import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64url, encodeBase64url } from './index.ts';

test('bytes are written as Node writes them, and read back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const text = encodeBase64url(bytes);

      expect(text).toBe(Buffer.from(bytes).toString('base64url'));
      expect(decodeBase64url(text)).toEqual(bytes);
    }),
  );
});

test.each(['A', 'AAAAA', 'AB', 'AAB', 'AA==', 'A+AA', 'A/AA', 'AA A', 'ÄAAA'])('"%s" is not read', (text) => {
  expect(decodeBase64url(text)).toBeUndefined();
});
