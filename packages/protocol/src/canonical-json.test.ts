import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, digestBase64url, digestHex, ProtocolError } from './index.ts';

describe('RFC 8785', () => {
  test('the sample of section 3.2.2 has its published form', () => {
    const value = {
      // oxlint-disable-next-line no-loss-of-precision -- the RFC's own sample: it must be rounded
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\\"/',
      literals: [null, true, false],
    };

    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test('property names are sorted by UTF-16 code units', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };

    expect(Object.values(JSON.parse(canonicalJson(value)) as object)).toEqual([
      // JSON.parse puts integer-like names first, which is where they sort here but for the carriage return.
      'One',
      'Carriage Return',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
    expect(canonicalJson(value).startsWith('{"\\r":')).toBe(true);
  });

  test.each([
    [0, '0'],
    [-0, '0'],
    [Number.MIN_VALUE, '5e-324'],
    [-Number.MAX_VALUE, '-1.7976931348623157e+308'],
    [9007199254740992, '9007199254740992'],
    [1e21, '1e+21'],
    [999999999999999900000, '999999999999999900000'],
    [9.999999999999997e22, '9.999999999999997e+22'],
    [0.000001, '0.000001'],
    [333333333.33333325, '333333333.33333325'],
  ])('the number %d is written as %s', (number, text) => {
    expect(canonicalJson(number)).toBe(text);
  });
});

test('the order in which properties were set does not matter, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      const reversed = JSON.parse(JSON.stringify(value), (_, member: unknown) =>
        typeof member === 'object' && member !== null && !Array.isArray(member)
          ? Object.fromEntries(Object.entries(member).toReversed())
          : member,
      ) as unknown;
      expect(canonicalJson(reversed)).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;

test.each<[string, unknown, string]>([
  ['undefined', { a: [undefined] }, 'The value at a.0 is of type undefined, so that it has no canonical JSON.'],
  ['a function', () => 1, 'The value is of type function, so that it has no canonical JSON.'],
  ['a big integer', { n: 1n }, 'The value at n is of type bigint, so that it has no canonical JSON.'],
  ['NaN', Number.NaN, 'The value is NaN, so that it has no canonical JSON.'],
  ['infinity', [Number.POSITIVE_INFINITY], 'The value at 0 is Infinity, so that it has no canonical JSON.'],
  ['a date', { at: new Date(0) }, 'The value at at is not a plain object, so that it has no canonical JSON.'],
  ['a map', new Map(), 'The value is not a plain object, so that it has no canonical JSON.'],
  ['an unpaired surrogate', '\ud800', 'The value holds an unpaired surrogate, so that it has no canonical JSON.'],
  [
    'an unpaired surrogate in a name',
    { '\udfff': 1 },
    'The value at \udfff holds an unpaired surrogate, so that it has no canonical JSON.',
  ],
  // oxlint-disable-next-line no-sparse-arrays -- the hole is the case
  ['a hole', [1, , 2], 'The value at 1 is of type undefined, so that it has no canonical JSON.'],
])('%s is refused with its place', (_, value, message) => {
  expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'NOT_JSON', message }));
});

test('a value that contains itself is refused', () => {
  expect(() => canonicalJson(cycle)).toThrow(ProtocolError);
});

test('digests are SHA-256 over UTF-8', () => {
  expect(digestHex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(digestHex(new Uint8Array(0))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(digestBase64url('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
});
