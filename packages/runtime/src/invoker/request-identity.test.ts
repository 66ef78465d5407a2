import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { encodeBase58 } from './base58.ts';
import { IdentityKeyRefused, RequestIdentity } from './request-identity.ts';

const pem = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIPe++4ZTPQDF81otpoU/mOGHC2vOAVp9WbiCblvn3nXO
-----END PRIVATE KEY-----
`;
const keyId = 'publickeyv1_AfQwmwfgEZhrWpvv8N52SHpRtZqGGaFr4AZN6qtYWSiY';
const now = 1_750_000_000_123;

function decode(token: string): { readonly header: unknown; readonly claims: Readonly<Record<string, unknown>> } {
  const [header = '', claims = ''] = token.split('.');
  return { header: parse(header), claims: parse(claims) as Readonly<Record<string, unknown>> }; // JSON objects, by the format.
}

function parse(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

test('the key id is the published one of the test vector', () => {
  expect(new RequestIdentity(pem).keyId).toBe(keyId);
});

test('a token names path, key and a minute around its time, and its signature holds', () => {
  const headers = new RequestIdentity(pem).sign({ path: '/invoke/Cart/add', key: 'a/b', now });

  const token = headers['x-restate-jwt-v1'] ?? '';
  expect(headers['x-restate-signature-scheme']).toBe('v1');
  expect(decode(token)).toEqual({
    header: { typ: 'JWT', alg: 'EdDSA', kid: keyId },
    claims: { aud: '/invoke/Cart/add', iat: 1_750_000_000, nbf: 1_749_999_940, exp: 1_750_000_060, sub: 'a/b' },
  });
  const [header, claims, signature = ''] = token.split('.');
  const signed = Buffer.from(`${header}.${claims}`);
  expect(verify(null, signed, createPublicKey(pem), Buffer.from(signature, 'base64url'))).toBe(true);
});

test('a request without a key has no subject', () => {
  const headers = new RequestIdentity(pem).sign({ path: '/discover', now });

  expect(decode(headers['x-restate-jwt-v1'] ?? '').claims).not.toHaveProperty('sub');
});

test('a token is used again for a few seconds, for the same path and key only', () => {
  const identity = new RequestIdentity(pem);
  const sign = (path: string, at: number, key?: string): string | undefined =>
    identity.sign({ path, now: at, ...(key === undefined ? {} : { key }) })['x-restate-jwt-v1'];

  const first = sign('/invoke/A/b', now, 'k');

  expect(sign('/invoke/A/b', now + 4_999, 'k')).toBe(first);
  expect(sign('/invoke/A/b', now, 'other')).not.toBe(first);
  expect(sign('/invoke/A/b', now)).not.toBe(first);
  expect(sign('/invoke/A/b', now + 5_000, 'k')).not.toBe(first);
});

test('a clock that is set back makes new tokens', () => {
  const identity = new RequestIdentity(pem);
  identity.sign({ path: '/discover', now });

  const headers = identity.sign({ path: '/discover', now: now - 3_600_000 });

  expect(decode(headers['x-restate-jwt-v1'] ?? '').claims).toMatchObject({ iat: 1_749_996_400 });
});

test('a key that is not of Ed25519, or none at all, is refused', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  expect(() => new RequestIdentity(other)).toThrow(IdentityKeyRefused);
  expect(() => new RequestIdentity(other)).toThrow('it must be Ed25519');
  expect(() => new RequestIdentity('secret words')).toThrow('The identity key is no private key in PEM form.');
});

test('base 58 keeps leading zeros', () => {
  expect(encodeBase58(Uint8Array.from([0, 0, 1]))).toBe('112');
  expect(encodeBase58(new TextEncoder().encode('Hello World!'))).toBe('2NEpo7TZRRrLZSi2U');
  expect(encodeBase58(new Uint8Array(2))).toBe('11');
});
