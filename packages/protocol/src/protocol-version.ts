import type { ProtocolVersion } from './message.ts';

/** Inclusive. */
export interface ProtocolVersionRange {
  readonly min: number;
  readonly max: number;
}

/** What this package can read and write. */
export const supportedProtocolVersions: { readonly min: ProtocolVersion; readonly max: ProtocolVersion } = {
  min: 5,
  max: 7,
};

/**
 * The highest version that both sides speak; undefined when the ranges do not meet. Decided once per invocation: a pinned
 * invocation keeps its version for life.
 */
export function negotiateProtocolVersion(
  deployment: ProtocolVersionRange,
  runtime: ProtocolVersionRange = supportedProtocolVersions,
): ProtocolVersion | undefined {
  const version = Math.min(deployment.max, runtime.max, supportedProtocolVersions.max);
  const lowest = Math.max(deployment.min, runtime.min, supportedProtocolVersions.min);
  return version >= lowest && isProtocolVersion(version) ? version : undefined;
}

export function isProtocolVersion(version: number): version is ProtocolVersion {
  return version === 5 || version === 6 || version === 7;
}

/** Both sides compare the content type exactly: no parameters, no other case. */
export function invocationContentType(version: ProtocolVersion): string {
  return `application/vnd.restate.invocation.v${version}`;
}

export function parseInvocationContentType(contentType: string): ProtocolVersion | undefined {
  const version = Number(/^application\/vnd\.restate\.invocation\.v([0-9]+)$/.exec(contentType)?.[1]);
  return isProtocolVersion(version) ? version : undefined;
}
