/** A deployment's address, taken apart once. */
export interface EndpointAddress {
  readonly secure: boolean;
  /** Without brackets around an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** `http://host:port`. */
  readonly origin: string;
  /** Without a slash at the end. */
  readonly basePath: string;
  /** Empty, or with its question mark; kept on every request. */
  readonly query: string;
}

/** `undefined` for anything but an absolute http or https URL without credentials and fragment. */
export function parseEndpointAddress(uri: string): EndpointAddress | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:') return undefined;
  if (url.username !== '' || url.password !== '' || url.hash !== '' || url.hostname === '') return undefined;
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return {
    secure,
    host: url.hostname.replace(/^\[(.*)\]$/u, '$1'),
    port,
    origin: `${url.protocol}//${url.hostname}:${port}`,
    basePath: url.pathname.replace(/\/+$/u, ''),
    query: url.search,
  };
}

export function pathAt(address: EndpointAddress, path: string): string {
  return address.basePath + path + address.query;
}
