import { decodeBase62, encodeBase62 } from './base62.ts';

/** A deployment id: `dp_1` and 22 base-62 digits of its fingerprint's first 16 bytes. Same content, same id. */
export type DeploymentId = string & { readonly __brand: 'DeploymentId' };

const prefix = 'dp_1';
const digits = 22;
const fingerprintBytes = 16;

export function deploymentIdFromFingerprint(digest: Uint8Array): DeploymentId {
  if (digest.length < fingerprintBytes) {
    throw new TypeError(`A fingerprint has at least ${fingerprintBytes} bytes, not ${digest.length}.`);
  }
  const text = prefix + encodeBase62(digest.subarray(0, fingerprintBytes), digits);
  return text as DeploymentId; // Made here, by the one definition of the format.
}

/** Undefined unless the text is exactly what `deploymentIdFromFingerprint` writes. */
export function parseDeploymentId(text: string): DeploymentId | undefined {
  if (text.length !== prefix.length + digits || !text.startsWith(prefix)) return undefined;
  const fits = decodeBase62(text, prefix.length, text.length, new Uint8Array(fingerprintBytes));
  return fits ? (text as DeploymentId) : undefined; // Checked just above.
}
