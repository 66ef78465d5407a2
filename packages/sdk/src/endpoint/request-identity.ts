/**
 * Verifies that a request was signed by a runtime that the author trusts: an Ed25519 signature over the path, in a token that lives for a minute.
 *
 * It protects handlers that stand in the open from whoever finds them. Body and method are not signed; the transport protects those.
 */
import { decodeBase64url } from '@holdfast/protocol/wire';
import { SdkError } from '../error/sdk-error.ts';

const keyPrefix = 'publickeyv1_';
const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const keyBytesLength = 32;

type VerifyKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

export class RequestIdentity {
  readonly #keys: ReadonlyMap<string, Promise<VerifyKey>>;

  /** Throws `DEFINITION_REFUSED` for a key that is none: an endpoint that refuses everybody is found out at its start. */
  constructor(publicKeys: readonly string[]) {
    this.#keys = new Map(publicKeys.map((text) => [text, importKey(text)]));
  }

  /** Throws `IDENTITY_REFUSED`. `audience` is the path without the prefix of the deployment. `nowSeconds`: epoch. */
  async check(headers: ReadonlyMap<string, string>, audience: string, nowSeconds: number): Promise<void> {
    if (this.#keys.size === 0) return;
    if (headers.get('x-restate-signature-scheme') !== 'v1') throw refused('it is not signed');
    const [head = '', claims = '', signature = '', ...rest] = (headers.get('x-restate-jwt-v1') ?? '').split('.');
    const bytes = decodeBase64url(signature);
    if (rest.length > 0 || bytes === undefined || bytes.length === 0) throw refused('its token is malformed');
    const { kid, alg } = readPart(head);
    const key = typeof kid === 'string' && alg === 'EdDSA' ? await this.#keys.get(kid) : undefined;
    if (key === undefined) throw refused('it is signed by an unknown key');
    const signed = new TextEncoder().encode(`${head}.${claims}`);
    if (!(await crypto.subtle.verify('Ed25519', key, new Uint8Array(bytes), signed))) {
      throw refused('its signature is wrong');
    }
    checkClaims(readPart(claims), audience, nowSeconds);
  }
}

function checkClaims(claims: Readonly<Record<string, unknown>>, audience: string, nowSeconds: number): void {
  const { aud, exp, iat, nbf } = claims;
  if (typeof exp !== 'number' || typeof iat !== 'number' || typeof nbf !== 'number')
    throw refused('its token has no times');
  if (nowSeconds >= exp) throw refused('its token has expired');
  if (nowSeconds < nbf) throw refused('its token is not valid yet');
  if (aud !== audience) throw refused('its token is for another path');
}

function readPart(text: string): Readonly<Record<string, unknown>> {
  const bytes = decodeBase64url(text);
  try {
    const value: unknown = bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>; // any JSON object is one
  } catch {
    // Said below, as for every other malformed token.
  }
  throw refused('its token is malformed');
}

function importKey(text: string): Promise<VerifyKey> {
  const bytes = text.startsWith(keyPrefix) ? decodeBase58(text.slice(keyPrefix.length)) : undefined;
  if (bytes?.length !== keyBytesLength) {
    throw new SdkError('DEFINITION_REFUSED', {
      message: `"${text}" is no public key of a runtime.`,
      hint: `It begins with "${keyPrefix}"; the runtime prints it when it starts with a signing key.`,
      details: { key: text },
    });
  }
  return crypto.subtle.importKey('raw', bytes, 'Ed25519', false, ['verify']);
}

function decodeBase58(text: string): Uint8Array<ArrayBuffer> | undefined {
  let number = 0n;
  for (const character of text) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) return undefined;
    number = number * 58n + BigInt(digit);
  }
  const bytes: number[] = [];
  for (; number > 0n; number >>= 8n) bytes.unshift(Number(number & 255n));
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  return Uint8Array.from([...Array.from({ length: zeros }, () => 0), ...bytes]);
}

function refused(why: string): SdkError {
  return new SdkError('IDENTITY_REFUSED', {
    message: `The request is refused: ${why}.`,
    hint: 'Give the endpoint the public key of the runtime that calls it, and check the clocks of both machines.',
  });
}
