import * as restate from '@restatedev/restate-sdk';
import { once } from 'node:events';
import { createServer as createHttp1Server, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  createSecureServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { parseEndpointAddress } from '../invoker/endpoint-address.ts';
import { localCertificate, localCertificateKey } from '../invoker/local-certificate.ts';
import { RequestIdentity } from '../invoker/request-identity.ts';
import { createDiscover, type Discovered, type DiscoverOptions } from './discover.ts';

const manifestType = 'application/vnd.restate.endpointmanifest.v4+json';
const pem = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIPe++4ZTPQDF81otpoU/mOGHC2vOAVp9WbiCblvn3nXO
-----END PRIVATE KEY-----`;

const greeter = restate.service({
  name: 'Greeter',
  handlers: {
    greet: restate.handlers.handler({ journalRetention: 60_000 }, async (_ctx: restate.Context, name: string) => name),
  },
  options: { inactivityTimeout: 5_000, retryPolicy: { maxAttempts: 3 } },
});
const quiet = (): restate.RestateEndpoint =>
  restate
    .endpoint()
    .bind(greeter)
    .setLogger(() => undefined);

const manifest = (documentation: string): string =>
  JSON.stringify({
    protocolMode: 'BIDI_STREAM',
    minProtocolVersion: 5,
    maxProtocolVersion: 7,
    services: [{ name: 'Greeter', ty: 'SERVICE', documentation, handlers: [{ name: 'greet' }] }],
  });

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Every connection ends with the test. */
async function listen(server: Server | Http2Server): Promise<string> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  // A server that listens on TCP has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (onRequest: (request: Http2ServerRequest, response: Http2ServerResponse) => void): Promise<string> =>
  listen(createHttp2Server(onRequest));

function discover(uri: string, options: DiscoverOptions & { readonly http1?: boolean } = {}): Promise<Discovered> {
  const address = parseEndpointAddress(uri);
  if (address === undefined) throw new Error(`${uri} is no address.`);
  const { http1, ...rest } = options;
  return createDiscover({ retryDelaysMs: [], ...rest })({ address, http1, headers: { 'x-tenant': 'blue' } });
}

test('an endpoint of the published TypeScript SDK tells what it serves, below any path', async () => {
  const url = await listen(createHttp2Server(quiet().http2Handler()));

  const found = await discover(`${url}/some/base/`);

  expect(found).toMatchObject({
    http1: false,
    sdk: 'restate-sdk-typescript/1.17.2',
    manifest: {
      manifestVersion: 4,
      protocolMode: 'bidi',
      minProtocolVersion: 5,
      maxProtocolVersion: 7,
      services: [
        {
          name: 'Greeter',
          kind: 'service',
          inactivityTimeoutMs: 5_000,
          retryPolicy: { attemptsMax: 3 },
          handlers: [{ name: 'greet', kind: 'stateless', journalRetentionMs: 60_000 }],
        },
      ],
    },
  });
});

test('the same endpoint over HTTP/1.1 says that it answers requests', async () => {
  const url = await listen(createHttp1Server(quiet().http1Handler()));

  const found = await discover(url, { http1: true });

  expect(found).toMatchObject({ http1: true, manifest: { protocolMode: 'requestResponse' } });
});

test('an endpoint that checks identity is asked with a signature', async () => {
  const signer = new RequestIdentity(pem);
  const url = await listen(createHttp2Server(quiet().withIdentityV1(signer.keyId).http2Handler()));

  await expect(discover(url)).rejects.toMatchObject({
    code: 'DISCOVERY_REFUSED',
    hint: expect.stringContaining('identity'),
  });
  const found = await discover(url, { signer });

  expect(found.manifest.services).toHaveLength(1);
});

test('an endpoint is asked twice, each time over a fresh connection, with the headers of the deployment', async () => {
  const seen: unknown[] = [];
  const sessions = new Set<unknown>();
  const url = await serve((request, response) => {
    sessions.add(request.stream.session);
    seen.push([request.method, request.url, request.headers['x-tenant'], request.headers.accept]);
    response.writeHead(200, { 'content-type': manifestType }).end(manifest('one'));
  });

  await discover(`${url}/?a=1`);

  const accept = [4, 3, 2].map((version) => `application/vnd.restate.endpointmanifest.v${version}+json`).join(', ');
  expect(seen).toEqual([
    ['GET', '/discover?a=1', 'blue', accept],
    ['GET', '/discover?a=1', 'blue', accept],
  ]);
  expect(sessions.size).toBe(2);
});

test('an address behind which two versions answer is refused, naming what differs', async () => {
  let count = 0;
  const url = await serve((_request, response) => {
    count += 1;
    response.writeHead(200, { 'content-type': manifestType }).end(manifest(`version ${count % 2}`));
  });

  await expect(discover(url)).rejects.toMatchObject({
    code: 'MANIFEST_UNSTABLE',
    details: { differences: ['services.Greeter.documentation'] },
  });
});

test.each([
  ['a redirect', 302, { location: 'http://elsewhere/' }, '', 'DISCOVERY_REDIRECTED'],
  ['an error', 500, {}, 'broken', 'DISCOVERY_REFUSED'],
  ['an unknown path', 404, {}, '', 'DISCOVERY_REFUSED'],
  ['another content type', 200, { 'content-type': 'application/json' }, '{}', 'DISCOVERY_WRONG_CONTENT_TYPE'],
  [
    'an old manifest',
    200,
    { 'content-type': 'application/vnd.restate.endpointmanifest.v1+json' },
    '{}',
    'DISCOVERY_WRONG_CONTENT_TYPE',
  ],
  ['no JSON', 200, { 'content-type': manifestType }, '{', 'DISCOVERY_NOT_JSON'],
  ['a wrong manifest', 200, { 'content-type': manifestType }, '{"services":[]}', 'MANIFEST_REFUSED'],
  ['too much', 200, { 'content-type': manifestType }, ' '.repeat(20_000), 'DISCOVERY_TOO_LARGE'],
])('%s is refused', async (_what, status, headers, body, code) => {
  const url = await serve((_request, response) => {
    response.writeHead(status, headers).end(body);
  });

  await expect(discover(url, { bodyBytesMax: 10_000 })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(url),
  });
});

test('an endpoint that is just starting is asked again', async () => {
  let count = 0;
  const url = await serve((_request, response) => {
    count += 1;
    if (count < 3) response.writeHead(503).end();
    else response.writeHead(200, { 'content-type': manifestType }).end(manifest('one'));
  });

  const found = await discover(url, { retryDelaysMs: [0, 0] });

  expect(found.manifest.services).toHaveLength(1);
});

test('an address where nothing listens is unreachable', async () => {
  const url = await listen(createTcpServer());
  await open.splice(0)[0]?.close();

  await expect(discover(url)).rejects.toMatchObject({
    code: 'DISCOVERY_UNREACHABLE',
    retry: 'later',
    message: expect.stringContaining('connect ECONNREFUSED'),
  });
});

test('an endpoint that never answers is given up', async () => {
  const url = await serve(() => undefined);

  await expect(discover(url, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'DISCOVERY_UNREACHABLE',
    message: expect.stringContaining('50 ms'),
  });
});

test('an endpoint that speaks only HTTP/1.1 is recognised, with the option that registers it', async () => {
  const url = await listen(
    createHttp1Server((_request: IncomingMessage, response: ServerResponse) => response.end('hello')),
  );

  await expect(discover(url)).rejects.toMatchObject({
    code: 'DISCOVERY_HTTP1_ONLY',
    hint: expect.stringContaining('use_http_11'),
  });
});

test('an endpoint that speaks only HTTP/2 is recognised, though HTTP/1.1 was asked for', async () => {
  const url = await listen(createHttp2Server(quiet().http2Handler()));

  await expect(discover(url, { http1: true })).rejects.toMatchObject({ code: 'DISCOVERY_HTTP2_ONLY' });
});

test('something that speaks neither is unreachable', async () => {
  const url = await listen(createTcpServer((socket) => socket.end('220 mail ready\r\n')));

  await expect(discover(url)).rejects.toMatchObject({
    code: 'DISCOVERY_UNREACHABLE',
    hint: expect.stringContaining('port'),
  });
});

test('a denied address is not connected to', async () => {
  await expect(discover('http://169.254.169.254/')).rejects.toMatchObject({
    code: 'DISCOVERY_ADDRESS_DENIED',
    message: expect.stringContaining('169.254.169.254 is a link-local, multicast or metadata address'),
  });
});

const tls = { cert: localCertificate, key: localCertificateKey };
const trust = { tls: { ca: localCertificate } };

test('behind TLS the server chooses between HTTP/2 and HTTP/1.1', async () => {
  const http2 = await listen(createSecureServer(tls, quiet().http2Handler()));
  const http1 = await listen(createHttpsServer(tls, quiet().http1Handler()));

  const modern = await discover(http2.replace('http:', 'https:'), trust);
  const old = await discover(http1.replace('http:', 'https:'), trust);

  expect(modern).toMatchObject({ http1: false, manifest: { protocolMode: 'bidi' } });
  expect(old).toMatchObject({ http1: true, manifest: { protocolMode: 'requestResponse' } });
});

test('a certificate that nobody trusts makes an endpoint unreachable', async () => {
  const url = await listen(createSecureServer(tls, quiet().http2Handler()));

  await expect(discover(url.replace('http:', 'https:'))).rejects.toMatchObject({
    code: 'DISCOVERY_UNREACHABLE',
    message: expect.stringContaining('self-signed certificate'),
  });
});
