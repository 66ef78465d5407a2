import type { Manifest } from '@holdfast/protocol';
import { manifestIdentity } from './fingerprint.ts';

/** Where two manifests differ, as paths by service and handler name, for people; at most `limit`. */
export function listManifestDifferences(before: Manifest, after: Manifest, limit: number): readonly string[] {
  const paths: string[] = [];
  compare(toTree(before), toTree(after), '', (path) => paths.push(path));
  return paths.slice(0, limit);
}

function compare(before: unknown, after: unknown, path: string, report: (path: string) => void): void {
  if (!isRecord(before) || !isRecord(after)) {
    if (JSON.stringify(before) !== JSON.stringify(after)) report(path);
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compare(before[key], after[key], path === '' ? key : `${path}.${key}`, report);
  }
}

/** Lists of named things become records, so that a path names them. */
function toTree(manifest: Manifest): unknown {
  return JSON.parse(manifestIdentity(manifest), (_key, value: unknown) => {
    if (!Array.isArray(value) || value.length === 0) return value;
    const named = value.filter(
      (one): one is Record<string, unknown> => isRecord(one) && typeof one['name'] === 'string',
    );
    if (named.length !== value.length) return value;
    return Object.fromEntries(named.map((one) => [String(one['name']), one]));
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
