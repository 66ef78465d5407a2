import { type Manifest, negotiateProtocolVersion, type ProtocolVersion } from '@holdfast/protocol';
import type { Deployment, Registry } from '../engine/registry.ts';
import { parseEndpointAddress } from '../invoker/endpoint-address.ts';
import { DeploymentError } from './deployment-error.ts';
import type { DeploymentParts } from './deployment-parts.ts';
import type { DeploymentPlace } from './deployment-request.ts';
import type { Discovered } from './discover.ts';
import { addressIdentity, fingerprintUnverified } from './fingerprint.ts';
import { defineServices } from './service-definition.ts';

/** A deployment as it would be registered now. */
export function describeDeployment(
  parts: DeploymentParts,
  place: DeploymentPlace,
  found: { readonly discovered: Discovered; readonly metadata: Readonly<Record<string, string>> },
): Deployment {
  const { manifest, http1, sdk } = found.discovered;
  const routingHeaders = chooseRoutingHeaders(parts, place.headers);
  const fingerprint = fingerprintUnverified({ manifest, address: place.address, routingHeaders });
  return {
    id: fingerprint.id,
    address: { kind: 'http', uri: place.uri, http1 },
    headers: place.headers,
    metadata: found.metadata,
    protocolMode: manifest.protocolMode,
    minProtocolVersion: manifest.minProtocolVersion,
    maxProtocolVersion: manifest.maxProtocolVersion,
    protocolVersion: negotiate(parts, manifest, place),
    sdk,
    grade: 'unverified',
    fingerprint: fingerprint.text,
    createdAt: parts.clock.now(),
    closing: false,
    services: defineServices(manifest, parts.handlerDefaults),
    manifest,
  };
}

/** Deployments that are reached where this one is. */
export function listAtAddress(parts: DeploymentParts, registry: Registry, found: Deployment): readonly Deployment[] {
  const wanted = identifyPlace(parts, found);
  return [...registry.deployments.values()].filter((one) => identifyPlace(parts, one) === wanted);
}

function identifyPlace(parts: DeploymentParts, deployment: Deployment): string {
  const address = parseEndpointAddress(deployment.address.uri);
  if (address === undefined) return deployment.address.uri;
  return JSON.stringify([addressIdentity(address), chooseRoutingHeaders(parts, deployment.headers)]);
}

function chooseRoutingHeaders(
  parts: DeploymentParts,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const routing = Object.entries(headers).filter(([name]) => parts.routingHeaders.includes(name));
  return Object.fromEntries(routing.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function negotiate(parts: DeploymentParts, manifest: Manifest, place: DeploymentPlace): ProtocolVersion {
  const range = { min: manifest.minProtocolVersion, max: manifest.maxProtocolVersion };
  const version = negotiateProtocolVersion(range, parts.protocolVersions);
  if (version !== undefined) return version;
  throw new DeploymentError('PROTOCOL_VERSION_UNSUPPORTED', {
    message: `${place.uri} speaks service protocol V${range.min} to V${range.max}; this runtime speaks V${parts.protocolVersions.min} to V${parts.protocolVersions.max}.`,
    hint:
      range.max < parts.protocolVersions.min
        ? 'Update the SDK of the service.'
        : 'Update the runtime, or lower the version that the service demands.',
    details: { deployment: range, runtime: parts.protocolVersions },
  });
}
