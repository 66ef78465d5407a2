/**
 * Digests of what gives a result its sense: 128 bits, 22 characters of base64url.
 *
 * The definition's digest is public, so that equal definitions are equal everywhere. The arguments' digest is keyed with the invocation's random seed:
 * a name stands in clear in journals and tools, and small arguments (an amount, an e-mail address) could be guessed from a plain digest.
 */
import { canonicalJson, digest, encodeBase64url, keyedDigest, ProtocolError } from '@holdfast/protocol/wire';
import { SdkError } from '../error/sdk-error.ts';

const digestBytes = 16;

export function digestDefinition(definition: unknown, step: string): string {
  return short(digest(`definition\n${canonicalText(definition, step, 'under')}`));
}

export function digestArguments(args: readonly unknown[], seed: Uint8Array, step: string): string {
  return short(keyedDigest(seed, `arguments\n${canonicalText(args, step, 'args')}`));
}

/** Stable over attempts, different in every invocation: what an external system needs to recognise a repeated request. */
export function stableKey(seed: Uint8Array, parts: readonly string[]): string {
  return short(keyedDigest(seed, `idempotency\n${JSON.stringify(parts)}`));
}

function short(bytes: Uint8Array): string {
  return encodeBase64url(bytes.subarray(0, digestBytes));
}

function canonicalText(value: unknown, step: string, option: string): string {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new SdkError('STEP_REFUSED', {
      message: `The meaning of step "${step}" is not JSON: in "${option}", ${lowerFirst(error.message)}`,
      hint: `Pass plain values to "${option}": what has no canonical form cannot be compared on replay.`,
      details: { step, option, ...error.details },
      cause: error,
    });
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
