import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64url } from './base64url.ts';

const utf8 = new TextEncoder();

/** SHA-256, 32 bytes. Text is hashed as UTF-8. */
export function digest(content: Uint8Array | string): Uint8Array {
  return sha256(typeof content === 'string' ? utf8.encode(content) : content);
}

/** HMAC-SHA-256, 32 bytes: who does not know the key cannot guess the content by trying. */
export function keyedDigest(key: Uint8Array, content: Uint8Array | string): Uint8Array {
  return hmac(sha256, key, typeof content === 'string' ? utf8.encode(content) : content);
}

export function digestBase64url(content: Uint8Array | string): string {
  return encodeBase64url(digest(content));
}

export function digestHex(content: Uint8Array | string): string {
  return encodeHex(digest(content));
}

export function encodeHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}
