import { readFileSync } from 'node:fs';

/** The release of this package, as its package.json says; the same file from source and from a build. */
export const releaseVersion: string = readVersion();

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
