import {
  canonicalJson,
  type DeploymentId,
  deploymentIdFromFingerprint,
  digest,
  encodeHex,
  type Manifest,
} from '@holdfast/protocol';
import type { EndpointAddress } from '../invoker/endpoint-address.ts';

export interface Fingerprint {
  /** 64 hex digits. */
  readonly text: string;
  readonly id: DeploymentId;
}

/**
 * What a deployment of grade `unverified` is, as far as anybody can see from outside: its manifest and its address, including the
 * headers that choose what answers there. The same content at the same place is the same deployment, whoever registers it.
 */
export function fingerprintUnverified(deployment: {
  readonly manifest: Manifest;
  readonly address: EndpointAddress;
  readonly routingHeaders: Readonly<Record<string, string>>;
}): Fingerprint {
  const bytes = digest(
    canonicalJson({
      grade: 'unverified',
      address: addressIdentity(deployment.address),
      routingHeaders: deployment.routingHeaders,
      manifest: manifestIdentity(deployment.manifest),
    }),
  );
  return { text: encodeHex(bytes), id: deploymentIdFromFingerprint(bytes) };
}

/** The scheme is no part of it: the same host and port behind TLS is the same place. */
export function addressIdentity(address: EndpointAddress): string {
  return `${address.host}:${address.port}${address.basePath}${address.query}`;
}

/** One text per meaning: neither the order of declarations nor the manifest version in which they were told matters. */
export function manifestIdentity(manifest: Manifest): string {
  const { manifestVersion: _, ...told } = manifest;
  const services = told.services
    .map((service) => ({ ...service, handlers: service.handlers.toSorted(byName) }))
    .toSorted(byName);
  return canonicalJson({ ...told, services });
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
