import * as restate from '@restatedev/restate-sdk';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { AttemptScene } from './attempt-scene.ts';
import { Http1Transport } from './http1-transport.ts';
import { ManualClock } from './manual-clock.ts';
import { StreamLog } from './stream-log.ts';
import type { AttemptRequest, AttemptStream } from './transport.ts';

const contentType = 'application/vnd.restate.invocation.v6';
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

async function serve(
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer(onRequest);
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  // A server that listens on TCP has an address of this form.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

function createTransport(options: ConstructorParameters<typeof Http1Transport>[0] = {}): Http1Transport {
  const transport = new Http1Transport(options);
  open.push(transport);
  return transport;
}

function requestTo(uri: string): AttemptRequest {
  const { deployment } = new AttemptScene({
    deployment: { address: { kind: 'http', uri, http1: true }, headers: { 'x-tenant': 'blue' } },
  });
  return { deployment, path: '/invoke/Greeter/greet', headers: { 'content-type': contentType } };
}

function begin(transport: Http1Transport, request: AttemptRequest): { log: StreamLog; stream: AttemptStream } {
  const log = new StreamLog();
  return { log, stream: transport.open(request, log) };
}

test('the request is chunked and carries path, query and headers; the response is read to its end', async () => {
  const seen: unknown[] = [];
  const { url } = await serve((request, response) => {
    const { 'content-type': type, 'transfer-encoding': encoding, 'x-tenant': tenant } = request.headers;
    seen.push([request.method, request.url, type, encoding, tenant]);
    response.writeHead(200, { 'content-type': contentType });
    request.pipe(response);
  });
  const { log, stream } = begin(createTransport(), requestTo(`${url}/base?a=1`));

  stream.write(Uint8Array.from([1, 2]));
  stream.halfClose();
  await log.ended;

  expect(seen).toEqual([['POST', '/base/invoke/Greeter/greet?a=1', contentType, 'chunked', 'blue']]);
  expect(log.head).toEqual({ status: 200, contentType });
  expect(log.bytes).toEqual([1, 2]);
});

test('the response may begin before the request has ended', async () => {
  const { url } = await serve((request, response) => {
    response.writeHead(200, { 'content-type': contentType });
    request.pipe(response);
  });
  const { log, stream } = begin(createTransport(), requestTo(url));

  stream.write(Uint8Array.from([1]));
  await log.until(() => log.bytes.length === 1);
  stream.write(Uint8Array.from([2]));
  stream.halfClose();
  await log.ended;

  expect(log.bytes).toEqual([1, 2]);
});

test('a connection is used again by the next attempt', async () => {
  const { url, sockets } = await serve((request, response) => {
    request.resume();
    request.on('end', () => response.end());
  });
  const transport = createTransport();

  for (let count = 0; count < 3; count += 1) {
    const { log, stream } = begin(transport, requestTo(url));
    stream.halfClose();
    await log.ended;
    await log.until(() => true);
  }

  expect(sockets).toHaveLength(1);
});

test('nothing that listens is an unreachable endpoint', async () => {
  const { url } = await serve(() => undefined);
  await open.splice(0)[0]?.close();

  const { log } = begin(createTransport(), requestTo(url));
  await log.ended;

  expect(log.failure).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') });
});

test('a response that breaks off is lost', async () => {
  const { url } = await serve((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': contentType });
    response.write('x', () => response.destroy());
  });

  const { log, stream } = begin(createTransport(), requestTo(url));
  stream.write(Uint8Array.from([1]));
  await log.ended;

  expect(log.failure).toMatchObject({ kind: 'lost' });
});

test('an endpoint that answers in another protocol is a failure, not a crash', async () => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(Uint8Array.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) });

  const { log, stream } = begin(
    createTransport(),
    requestTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
  await log.ended;
  stream.reset();

  expect(log.failure?.kind).toBe('lost');
});

test('a reset closes the connection, and the listener hears no more', async () => {
  const { url, sockets } = await serve((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': contentType });
    response.flushHeaders();
  });
  const { log, stream } = begin(createTransport(), requestTo(url));
  stream.write(Uint8Array.from([1]));
  await log.until(() => log.head !== undefined);

  stream.reset();
  await log.until(() => sockets[0]?.destroyed === true);

  expect(log.isOver).toBe(false);
});

test('a paused response stops its sender', async () => {
  let sent = 0;
  const { url } = await serve((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': contentType });
    const pump = (): void => {
      while (sent < 64) {
        sent += 1;
        if (!response.write(new Uint8Array(1024 * 1024))) return void response.once('drain', pump);
      }
      response.end();
    };
    pump();
  });
  const { log, stream } = begin(createTransport(), requestTo(url));
  stream.pause();
  stream.halfClose();
  await log.until(() => log.head !== undefined);
  expect(sent).toBeLessThan(64);

  stream.resume();
  await log.ended;

  expect(log.byteCount).toBe(64 * 1024 * 1024);
});

test('a denied address is never connected to', async () => {
  const { log } = begin(createTransport({ clock: new ManualClock() }), requestTo('http://169.254.169.254/'));
  await log.ended;

  expect(log.failure).toMatchObject({ kind: 'addressDenied' });
});

test('a handler of the published TypeScript SDK runs over it', async () => {
  const greeter = restate.service({ name: 'Greeter', handlers: { greet: async () => 'hello' } });
  const { url } = await serve(
    restate
      .endpoint()
      .bind(greeter)
      .setLogger(() => undefined)
      .http1Handler(),
  );
  const scene = new AttemptScene();
  await scene.start();

  const { log, stream } = begin(createTransport(), requestTo(url));
  for (const bytes of scene.transport.last.writes) stream.write(bytes);
  stream.halfClose();
  await log.ended;

  expect(log.head).toMatchObject({ status: 200, contentType });
  expect(new TextDecoder().decode(Uint8Array.from(log.bytes))).toContain('"hello"');
});
