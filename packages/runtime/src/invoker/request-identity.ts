/**
 * Proves to an endpoint that a request comes from this runtime (protocol section 16): a JWT over path, key and time, signed with the
 * runtime's Ed25519 key. Neither body nor method is signed, so a request can be replayed within its minute; the protocol is so.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { RequestSigner } from './attempt-request.ts';
import { encodeBase58 } from './base58.ts';

const lifetimeSeconds = 60;
// Signing costs about 40 µs. A token is valid for a minute around its time, so one of a few seconds ago is as good.
const reuseMs = 5_000;
const reusedTokensMax = 4_096;

/** The key is none, or none of Ed25519. The message never holds any of it. */
export class IdentityKeyRefused extends Error {
  readonly code = 'IDENTITY_KEY_REFUSED';
  readonly hint = 'Make one with: openssl genpkey -algorithm ed25519 -out identity.pem';
}

export class RequestIdentity implements RequestSigner {
  /** What endpoints are configured with: `publickeyv1_…`. */
  readonly keyId: string;
  readonly #key: KeyObject;
  readonly #header: string;
  #tokens = new Map<string, string>();
  #tokensSince = Number.NEGATIVE_INFINITY;

  /** @throws IdentityKeyRefused */
  constructor(privateKeyPem: string) {
    this.#key = readPrivateKey(privateKeyPem);
    this.keyId = `publickeyv1_${encodeBase58(publicBytesOf(this.#key))}`;
    this.#header = encode({ typ: 'JWT', alg: 'EdDSA', kid: this.keyId });
  }

  sign(request: {
    readonly path: string;
    readonly key?: string;
    readonly now: number;
  }): Readonly<Record<string, string>> {
    return { 'x-restate-signature-scheme': 'v1', 'x-restate-jwt-v1': this.#token(request) };
  }

  #token(request: { readonly path: string; readonly key?: string; readonly now: number }): string {
    const { path, key, now } = request;
    const age = now - this.#tokensSince;
    if (age < 0 || age >= reuseMs || this.#tokens.size >= reusedTokensMax) {
      this.#tokens = new Map();
      this.#tokensSince = now;
    }
    const about = key === undefined ? path : `${path}\n${key}`;
    const known = this.#tokens.get(about);
    if (known !== undefined) return known;
    const token = this.#create({ path, now, ...(key === undefined ? {} : { key }) });
    this.#tokens.set(about, token);
    return token;
  }

  #create(request: { readonly path: string; readonly key?: string; readonly now: number }): string {
    const seconds = Math.floor(request.now / 1000);
    const claims = {
      aud: request.path,
      iat: seconds,
      nbf: seconds - lifetimeSeconds,
      exp: seconds + lifetimeSeconds,
      ...(request.key === undefined ? {} : { sub: request.key }),
    };
    const signed = `${this.#header}.${encode(claims)}`;
    return `${signed}.${sign(null, Buffer.from(signed), this.#key).toString('base64url')}`;
  }
}

function readPrivateKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    throw new IdentityKeyRefused('The identity key is no private key in PEM form.');
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new IdentityKeyRefused(
    `The identity key is of type ${key.asymmetricKeyType ?? 'unknown'}; it must be Ed25519.`,
  );
}

function publicBytesOf(key: KeyObject): Uint8Array {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  if (x === undefined) throw new IdentityKeyRefused('The identity key has no public half.');
  return Buffer.from(x, 'base64url');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
