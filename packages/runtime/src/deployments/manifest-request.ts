import { request as httpRequest } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { connect as connectTls, type SecureContextOptions } from 'node:tls';
import { allowedLookup } from '../invoker/address-rule.ts';
import { type EndpointAddress, pathAt } from '../invoker/endpoint-address.ts';

export interface ManifestAnswer {
  readonly status: number;
  readonly contentType?: string;
  readonly location?: string;
  /** `x-restate-server`: name and version of the SDK. */
  readonly server?: string;
  readonly body: Uint8Array;
}

export interface ManifestRequestOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly bodyBytesMax: number;
  readonly tls: SecureContextOptions;
}

/** The body went on beyond the limit; the connection was cut. */
export class ManifestTooLarge extends Error {
  readonly code = 'MANIFEST_TOO_LARGE';
}

/** Connected, and then the two sides did not understand each other. */
export class ProtocolConfusion extends Error {
  readonly code = 'PROTOCOL_CONFUSION';
}

const path = '/discover';

/** Asks over a connection of its own, which is closed afterwards: a second request must not reach the same process by habit. */
export function requestManifest(
  address: EndpointAddress,
  http1: boolean,
  options: ManifestRequestOptions,
): Promise<ManifestAnswer> {
  return http1 ? requestOverHttp1(address, options) : requestOverHttp2(address, options);
}

function requestOverHttp2(address: EndpointAddress, options: ManifestRequestOptions): Promise<ManifestAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ManifestAnswer>();
  let connected = false;
  let understood = false;
  let timedOut = false;
  const session = connectHttp2(address.origin, {
    ...options.tls,
    lookup: allowedLookup,
    settings: { enablePush: false },
  });
  const timer = setTimeout(() => {
    timedOut = true;
    session.destroy(new Error(`no answer within ${options.timeoutMs} ms`));
  }, options.timeoutMs);
  session.on('connect', () => {
    connected = true;
  });
  session.on('remoteSettings', () => {
    understood = true;
  });
  const fail = (error: Error): void => {
    const confused = connected && !understood && !timedOut;
    reject(confused ? new ProtocolConfusion(error.message, { cause: error }) : error);
  };
  session.on('error', fail);
  session.on('close', () => fail(new Error('the connection was closed before it answered')));
  const stream = session.request({ ':method': 'GET', ':path': pathAt(address, path), ...options.headers });
  stream.on('error', fail);
  stream.on('response', (headers) => {
    const { 'content-type': contentType, location } = headers;
    const server = headers['x-restate-server'];
    readBody(stream, options.bodyBytesMax).then(
      (body) => resolve(toAnswer(Number(headers[':status']), { contentType, location, server }, body)),
      reject,
    );
  });
  return promise.finally(() => {
    clearTimeout(timer);
    session.destroy();
  });
}

function requestOverHttp1(address: EndpointAddress, options: ManifestRequestOptions): Promise<ManifestAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ManifestAnswer>();
  const send = address.secure ? httpsRequest : httpRequest;
  const request = send({
    ...options.tls,
    method: 'GET',
    host: address.host,
    port: address.port,
    path: pathAt(address, path),
    headers: options.headers,
    agent: false,
    lookup: allowedLookup,
  });
  const timer = setTimeout(
    () => request.destroy(new Error(`no answer within ${options.timeoutMs} ms`)),
    options.timeoutMs,
  );
  request.on('error', (error) => {
    // The parser met something that is no HTTP/1.1 response.
    const confused = 'code' in error && typeof error.code === 'string' && error.code.startsWith('HPE_');
    reject(confused ? new ProtocolConfusion(error.message, { cause: error }) : error);
  });
  request.on('close', () => reject(new Error('the connection was closed before it answered')));
  request.on('response', (response) => {
    const { 'content-type': contentType, location } = response.headers;
    const server = response.headers['x-restate-server'];
    readBody(response, options.bodyBytesMax).then(
      (body) => resolve(toAnswer(response.statusCode ?? 0, { contentType, location, server }, body)),
      reject,
    );
  });
  request.end();
  return promise.finally(() => {
    clearTimeout(timer);
    request.destroy();
  });
}

/** Which protocol a TLS server chooses when it may. */
export function chooseByAlpn(address: EndpointAddress, options: ManifestRequestOptions): Promise<'http1' | 'http2'> {
  const { promise, resolve, reject } = Promise.withResolvers<'http1' | 'http2'>();
  const socket = connectTls({
    ...options.tls,
    host: address.host,
    port: address.port,
    // TLS has no name for an address.
    ...(isIP(address.host) === 0 ? { servername: address.host } : {}),
    ALPNProtocols: ['h2', 'http/1.1'],
    lookup: allowedLookup,
  });
  const timer = setTimeout(
    () => socket.destroy(new Error(`no answer within ${options.timeoutMs} ms`)),
    options.timeoutMs,
  );
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('the connection was closed during the TLS handshake')));
  socket.on('secureConnect', () => resolve(socket.alpnProtocol === 'h2' ? 'http2' : 'http1'));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

async function readBody(source: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new ManifestTooLarge(`the answer is longer than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toAnswer(
  status: number,
  headers: {
    readonly contentType: string | undefined;
    readonly location: string | undefined;
    readonly server: string | string[] | undefined;
  },
  body: Uint8Array,
): ManifestAnswer {
  return {
    status,
    ...(headers.contentType === undefined ? {} : { contentType: headers.contentType }),
    ...(headers.location === undefined ? {} : { location: headers.location }),
    ...(typeof headers.server === 'string' ? { server: headers.server } : {}),
    body,
  };
}
