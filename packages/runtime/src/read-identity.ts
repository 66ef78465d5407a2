import { readFileSync } from 'node:fs';
import { ApiError } from './api-error.ts';
import { RequestIdentity } from './invoker/request-identity.ts';

/** The key that signs requests to deployments, from its PEM file; undefined when none is configured. */
export function readIdentity(file: string | undefined): RequestIdentity | undefined {
  if (file === undefined) return undefined;
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ApiError('IDENTITY_KEY_REFUSED', {
      message: `The identity key ${file} cannot be read.`,
      hint: 'Make one with: openssl genpkey -algorithm ed25519 -out identity.pem',
      cause: error,
    });
  }
  return new RequestIdentity(pem);
}
