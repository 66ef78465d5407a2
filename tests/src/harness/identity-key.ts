import { writeFile } from 'node:fs/promises';

/** A published test vector of the request identity scheme: a private key (PKCS#8) and the name of its public key. */
const privateKeyBase64 = 'MC4CAQAwBQYDK2VwBCIEIPe++4ZTPQDF81otpoU/mOGHC2vOAVp9WbiCblvn3nXO';

export const identityPublicKey = 'publickeyv1_AfQwmwfgEZhrWpvv8N52SHpRtZqGGaFr4AZN6qtYWSiY';

/** A key in the right format whose private half nobody in these tests has. */
export const strangerPublicKey = 'publickeyv1_2G8dCQhArfvGpzPw5Vx2ALciR4xCLHfS5YaT93XjNxX9';

/** Writes the private key as a PEM file for a runtime to sign with. */
export async function writeIdentityKey(file: string): Promise<void> {
  await writeFile(file, `-----BEGIN PRIVATE KEY-----\n${privateKeyBase64}\n-----END PRIVATE KEY-----\n`, {
    mode: 0o600,
  });
}
