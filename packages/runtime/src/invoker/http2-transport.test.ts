import * as restate from '@restatedev/restate-sdk';
import { once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { AttemptScene } from './attempt-scene.ts';
import { Http2Transport, type Http2TransportOptions } from './http2-transport.ts';
import { localCertificate, localCertificateKey } from './local-certificate.ts';
import { ManualClock } from './manual-clock.ts';
import { RequestIdentity } from './request-identity.ts';
import { StreamLog } from './stream-log.ts';
import type { AttemptRequest, AttemptStream } from './transport.ts';

const contentType = 'application/vnd.restate.invocation.v6';
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function listen(server: Server | Http2Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A TCP server that says what a test wants. */
async function serveRaw(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  const url = await listen(server);
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  return url;
}

/** Answers the first stream with a head and a reset, in bytes: a server on Node ends a stream before it resets it. */
function resetWith(code: number): (socket: Socket) => void {
  const settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
  const head = [0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88];
  const reset = [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, code];
  return (socket) => {
    socket.write(Uint8Array.from(settings));
    let received = 0;
    socket.on('data', (chunk) => {
      const before = received;
      received += chunk.length;
      // The preface and SETTINGS of the client are shorter, its request is longer.
      if (before <= 100 && received > 100) socket.write(Uint8Array.from([...head, ...reset]));
    });
  };
}

/** An HTTP/2 server whose streams a test answers by hand. */
async function serve(
  onStream: (stream: ServerHttp2Stream, path: string) => void,
): Promise<{ url: string; sessions: ServerHttp2Session[] }> {
  const sessions: ServerHttp2Session[] = [];
  const server = createServer();
  server.on('session', (session) => {
    session.on('error', () => undefined);
    sessions.push(session);
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    onStream(stream, String(headers[':path']));
  });
  const url = await listen(server);
  open.push({
    close: () => {
      for (const session of sessions) session.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  return { url, sessions };
}

function createTransport(options: Http2TransportOptions = {}): Http2Transport {
  const transport = new Http2Transport(options);
  open.push(transport);
  return transport;
}

function requestTo(uri: string, changes: Partial<AttemptRequest> = {}): AttemptRequest {
  const { deployment } = new AttemptScene({ deployment: { address: { kind: 'http', uri, http1: false } } });
  return { deployment, path: '/invoke/Greeter/greet', headers: { 'content-type': contentType }, ...changes };
}

function begin(transport: Http2Transport, request: AttemptRequest): { log: StreamLog; stream: AttemptStream } {
  const log = new StreamLog();
  return { log, stream: transport.open(request, log) };
}

test('request and response flow at the same time, and each side ends by itself', async () => {
  const { url } = await serve((stream, path) => {
    stream.respond({ ':status': 200, 'content-type': contentType, path });
    stream.pipe(stream);
  });
  const { log, stream } = begin(createTransport(), requestTo(`${url}/base/?tenant=1`));

  stream.write(Uint8Array.from([1, 2]));
  await log.until(() => log.bytes.length === 2);
  stream.write(Uint8Array.from([3]));
  stream.halfClose();
  await log.ended;

  expect(log.head).toEqual({ status: 200, contentType });
  expect(log.bytes).toEqual([1, 2, 3]);
  expect(log.failure).toBeUndefined();
});

test('the base path and the query of the address stay on the request, and the headers of the deployment are sent', async () => {
  const seen: unknown[] = [];
  const server = createServer((request, response) => {
    seen.push([request.url, request.headers['x-tenant'], request.headers['content-type']]);
    response.end();
  });
  const url = await listen(server);
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  const request = requestTo(`${url}/base/?tenant=1`);
  const deployment = { ...request.deployment, headers: { 'x-tenant': 'blue', 'content-type': 'text/plain' } };

  const { log, stream } = begin(createTransport(), { ...request, deployment });
  stream.halfClose();
  await log.ended;

  expect(seen).toEqual([['/base/invoke/Greeter/greet?tenant=1', 'blue', contentType]]);
});

test('streams share a session until it is full', async () => {
  const { url, sessions } = await serve((stream) => stream.respond({ ':status': 200 }));
  const transport = createTransport({ streamsPerSessionMax: 3 });
  const request = requestTo(url);

  const streams = Array.from({ length: 7 }, () => begin(transport, request));
  await Promise.all(streams.map(({ log }) => log.until(() => log.head !== undefined)));
  expect(sessions).toHaveLength(3);
  for (const { stream } of streams) stream.reset();
  const { log } = begin(transport, request);
  await log.until(() => log.head !== undefined);

  expect(sessions).toHaveLength(3);
});

test('nothing that listens is an unreachable endpoint', async () => {
  const server = createTcpServer();
  const url = await listen(server);
  await new Promise((resolve) => server.close(resolve));

  const { log } = begin(createTransport(), requestTo(url));
  await log.ended;

  expect(log.failure).toEqual({
    kind: 'unreachable',
    message: expect.stringMatching(/^could not be reached: connect ECONNREFUSED 127\.0\.0\.1:/u),
  });
});

test('a peer that accepts connections and says nothing is given up after the connect timeout', async () => {
  let connections = 0;
  const url = await serveRaw(() => (connections += 1));
  const clock = new ManualClock();

  const { log } = begin(createTransport({ clock }), requestTo(url));
  await log.until(() => connections === 1);
  await clock.advance(10_000);
  await log.ended;

  expect(log.failure).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('within 10000 ms') });
});

test('a peer that speaks something else is an unreachable endpoint', async () => {
  const url = await serveRaw((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));

  const { log } = begin(createTransport(), requestTo(url));
  await log.ended;

  expect(log.failure).toMatchObject({ kind: 'unreachable' });
});

test.each([
  [2, 'INTERNAL_ERROR'],
  [7, 'REFUSED_STREAM'],
  [8, 'CANCEL'],
])('a stream that the peer resets with code %i is lost by %s', async (code, name) => {
  const url = await serveRaw(resetWith(code));

  const { log } = begin(createTransport(), requestTo(url));
  await log.ended;

  expect(log.head?.status).toBe(200);
  expect(log.failure).toMatchObject({ kind: 'lost', message: expect.stringContaining(name) });
});

test('a connection that breaks loses its streams, and the next one uses another', async () => {
  const { url, sessions } = await serve((stream) => stream.respond({ ':status': 200 }));
  const transport = createTransport();
  const first = begin(transport, requestTo(url));
  await first.log.until(() => first.log.head !== undefined);

  sessions[0]?.destroy();
  await first.log.ended;
  const second = begin(transport, requestTo(url));
  await second.log.until(() => second.log.head !== undefined);

  expect(first.log.failure).toMatchObject({ kind: 'lost' });
  expect(sessions).toHaveLength(2);
});

test('after GOAWAY the streams of the session go on, and new ones use another', async () => {
  const streams: ServerHttp2Stream[] = [];
  const { url, sessions } = await serve((stream) => {
    stream.respond({ ':status': 200 });
    streams.push(stream);
  });
  const transport = createTransport();
  const first = begin(transport, requestTo(url));
  await first.log.until(() => first.log.head !== undefined);

  sessions[0]?.goaway();
  await first.log.until(() => transport.drainingSessions === 1);
  const second = begin(transport, requestTo(url));
  await second.log.until(() => second.log.head !== undefined);
  first.stream.halfClose();
  streams[0]?.end(Uint8Array.from([9]));
  await first.log.ended;

  expect(sessions).toHaveLength(2);
  expect(first.log.failure).toBeUndefined();
  expect(first.log.bytes).toEqual([9]);
});

test('a reset stream is cancelled at the peer, and its listener hears no more', async () => {
  const codes: number[] = [];
  const { url } = await serve((stream) => {
    stream.respond({ ':status': 200 });
    stream.on('close', () => codes.push(stream.rstCode ?? -1));
  });
  const { log, stream } = begin(createTransport(), requestTo(url));
  await log.until(() => log.head !== undefined);

  stream.reset();
  await log.until(() => codes.length === 1);

  expect(codes).toEqual([8]);
  expect(log.isOver).toBe(false);
});

test('a thousand resets at once are spread over time: a peer on Node would close the session for them', async () => {
  let resets = 0;
  let halfCloses = 0;
  const { url, sessions } = await serve((stream) => {
    stream.respond({ ':status': 200 });
    stream.resume();
    stream.on('end', () => (halfCloses += 1));
    stream.on('close', () => (resets += stream.rstCode === 8 ? 1 : 0));
  });
  const clock = new ManualClock();
  const transport = createTransport({ clock, streamsPerSessionMax: 1_100 });
  const request = requestTo(url);
  const opened = Array.from({ length: 1_000 }, () => begin(transport, request));
  await Promise.all(opened.map(({ log }) => log.until(() => log.head !== undefined)));

  for (const { stream } of opened) stream.reset();
  const { log } = begin(transport, request);
  await log.until(() => resets === 25 && halfCloses >= 975);
  await clock.advance(1_000);
  await log.until(() => resets === 50);

  expect(sessions).toHaveLength(1);
  expect(sessions[0]?.destroyed).toBe(false);
});

test('a paused stream stops its sender, and not its neighbours', async () => {
  const sent = new Map<string, number>();
  const { url } = await serve((stream, path) => {
    stream.respond({ ':status': 200 });
    const pump = (): void => {
      while (!stream.destroyed && (sent.get(path) ?? 0) < 8) {
        sent.set(path, (sent.get(path) ?? 0) + 1);
        if (!stream.write(new Uint8Array(1024 * 1024))) return void stream.once('drain', pump);
      }
      stream.end();
    };
    pump();
  });
  const transport = createTransport();
  const slow = begin(transport, requestTo(url, { path: '/slow' }));
  slow.stream.pause();
  const quick = begin(transport, requestTo(url, { path: '/quick' }));
  quick.stream.halfClose();
  await quick.log.ended;

  expect(quick.log.byteCount).toBe(8 * 1024 * 1024);
  expect(sent.get('/slow')).toBeLessThan(8);
  slow.stream.resume();
  slow.stream.halfClose();
  await slow.log.ended;

  expect(slow.log.byteCount).toBe(8 * 1024 * 1024);
});

test('a replay of many megabytes arrives whole', async () => {
  let received = 0;
  const { url } = await serve((stream) => {
    stream.respond({ ':status': 200 });
    stream.on('data', (chunk: Uint8Array) => (received += chunk.length));
    stream.on('end', () => stream.end());
  });
  const { log, stream } = begin(createTransport(), requestTo(url));

  for (let count = 0; count < 24; count += 1) stream.write(new Uint8Array(1024 * 1024));
  stream.halfClose();
  await log.ended;

  expect(received).toBe(24 * 1024 * 1024);
});

test('a dead connection is noticed by an unanswered ping', async () => {
  const url = await serveRaw((socket) => {
    socket.resume();
    socket.write(Uint8Array.from([0, 0, 0, 4, 0, 0, 0, 0, 0])); // Empty SETTINGS, then silence.
  });
  const clock = new ManualClock();
  const transport = createTransport({ clock });
  const { log } = begin(transport, requestTo(url));
  await log.until(() => transport.connectedSessions === 1);

  await clock.advance(60_000);
  await log.ended;

  expect(log.failure).toEqual({
    kind: 'lost',
    message: 'lost the connection: a ping was not answered within 20000 ms.',
  });
});

test('a session that nobody uses for five minutes ends', async () => {
  const { url } = await serve((stream) => {
    stream.respond({ ':status': 200 });
    stream.end();
  });
  const clock = new ManualClock();
  const transport = createTransport({ clock });
  const { log, stream } = begin(transport, requestTo(url));
  stream.halfClose();
  await log.ended;

  for (let minutes = 0; minutes < 8; minutes += 1) {
    await clock.advance(39_000);
    await log.until(() => true);
    await clock.advance(1_000);
    await log.until(() => clock.pending <= 1);
  }
  await log.until(() => transport.sessionCount === 0);

  expect(transport.sessionCount).toBe(0);
});

test.each([
  'http://169.254.169.254/',
  'http://[fe80::1]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fd00:ec2::254]/',
])('the address %s is never connected to', async (uri) => {
  const { log } = begin(createTransport(), requestTo(uri));
  await log.ended;

  expect(log.failure).toMatchObject({ kind: 'addressDenied' });
});

test('a handler of the published TypeScript SDK runs over it, with its identity check on', async () => {
  const pair = new RequestIdentity(`-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIPe++4ZTPQDF81otpoU/mOGHC2vOAVp9WbiCblvn3nXO
-----END PRIVATE KEY-----`);
  const greeter = restate.service({ name: 'Greeter', handlers: { greet: async () => 'hello' } });
  const server = createServer(
    restate
      .endpoint()
      .bind(greeter)
      .withIdentityV1(pair.keyId)
      .setLogger(() => undefined)
      .http2Handler(),
  );
  const url = await listen(server);
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  const sign = pair.sign({ path: '/invoke/Greeter/greet', now: Date.now() });

  const transport = createTransport();
  const refused = begin(transport, requestTo(url));
  const signed = begin(
    transport,
    requestTo(`${url}/some/prefix`, { headers: { 'content-type': contentType, ...sign } }),
  );
  const start = new AttemptScene();
  await start.start();
  for (const bytes of start.transport.last.writes) signed.stream.write(bytes);
  await signed.log.until(() => signed.log.bytes.length > 0);
  signed.stream.halfClose();
  await signed.log.ended;
  refused.stream.halfClose();
  await refused.log.ended;

  expect(signed.log.head).toMatchObject({ status: 200, contentType });
  expect(new TextDecoder().decode(Uint8Array.from(signed.log.bytes))).toContain('"hello"');
  expect(refused.log.head?.status).toBe(401);
});

test('attempts run over TLS, and an untrusted certificate is an unreachable endpoint', async () => {
  const server = createSecureServer({ cert: localCertificate, key: localCertificateKey });
  server.on('sessionError', () => undefined);
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200, 'content-type': contentType });
    stream.pipe(stream);
  });
  const url = (await listen(server)).replace('http:', 'https:');
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) });

  const trusted = begin(createTransport({ tls: { ca: localCertificate } }), requestTo(url));
  trusted.stream.write(Uint8Array.from([1]));
  trusted.stream.halfClose();
  const untrusted = begin(createTransport(), requestTo(url));
  await Promise.all([trusted.log.ended, untrusted.log.ended]);

  expect(trusted.log.bytes).toEqual([1]);
  expect(untrusted.log.failure).toEqual({
    kind: 'unreachable',
    message: expect.stringContaining('could not be reached: self-signed certificate'),
  });
});
