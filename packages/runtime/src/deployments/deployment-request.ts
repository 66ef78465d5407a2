import type { Deployment } from '../engine/registry.ts';
import { AddressDenied, refuseDeniedHost } from '../invoker/address-rule.ts';
import { type EndpointAddress, parseEndpointAddress } from '../invoker/endpoint-address.ts';
import { DeploymentError } from './deployment-error.ts';

/** Where a deployment is, checked. */
export interface DeploymentPlace {
  readonly address: EndpointAddress;
  /** As stored and shown. */
  readonly uri: string;
  readonly headers: Deployment['headers'];
}

const headersMax = 100;
const headerBytesMax = 16 * 1024;
const metadataBytesMax = 64 * 1024;

/** Those that the runtime or HTTP itself sets. */
const reservedHeaders = new Set([
  'accept',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Throws `DEPLOYMENT_ADDRESS_REFUSED` or `DEPLOYMENT_REQUEST_REFUSED`. */
export function checkPlace(place: {
  readonly uri: string;
  readonly headers: Readonly<Record<string, string>>;
}): DeploymentPlace {
  const address = parseEndpointAddress(place.uri);
  if (address === undefined) {
    throw new DeploymentError('DEPLOYMENT_ADDRESS_REFUSED', {
      message: `"${place.uri.slice(0, 200)}" is no address of a deployment.`,
      hint: 'Give an absolute http:// or https:// URL without user, password and fragment.',
      details: { uri: place.uri.slice(0, 200) },
    });
  }
  try {
    refuseDeniedHost(address.host);
  } catch (error) {
    if (!(error instanceof AddressDenied)) throw error;
    throw new DeploymentError('DEPLOYMENT_ADDRESS_REFUSED', {
      message: `${error.message}.`,
      hint: 'Register an address of the service itself.',
      details: { uri: place.uri },
      cause: error,
    });
  }
  return { address, uri: new URL(place.uri).href, headers: checkHeaders(place.headers) };
}

export function checkMetadata(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (JSON.stringify(metadata).length <= metadataBytesMax) return metadata;
  throw refused(`The metadata is larger than ${metadataBytesMax} bytes.`, 'Keep a reference in it instead.');
}

function checkHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  if (entries.length > headersMax) throw refused(`There are more than ${headersMax} headers.`, 'Send fewer.');
  for (const [name, value] of entries) {
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/u.test(name)) throw refused(`"${name}" is no header name.`, 'Correct the name.');
    if (!/^[\t\x20-\x7e\x80-\xff]*$/u.test(value))
      throw refused(`The header ${name} has a value that HTTP cannot carry.`, 'Encode it.');
    if (name.length + value.length > headerBytesMax) throw refused(`The header ${name} is too long.`, 'Shorten it.');
    if (reservedHeaders.has(name) || name.startsWith('x-restate-') || name.startsWith('x-holdfast-')) {
      throw refused(`The header ${name} is set by the runtime itself.`, 'Leave it out.');
    }
  }
  return Object.fromEntries(entries);
}

function refused(message: string, hint: string): DeploymentError {
  return new DeploymentError('DEPLOYMENT_REQUEST_REFUSED', { message, hint });
}
