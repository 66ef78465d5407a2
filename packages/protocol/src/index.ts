export * from './wire.ts';
export type { ManifestIssue } from './check-manifest.ts';
export { parseManifest } from './parse-manifest.ts';
