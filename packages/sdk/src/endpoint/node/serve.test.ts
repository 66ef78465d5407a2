/** The endpoint over real sockets. */
import { type ClientHttp2Stream, connect, constants } from 'node:http2';
import { createConnection } from 'node:net';
import { Worker } from 'node:worker_threads';
import { decodeEndpointMessage, type EndpointMessage, FrameReader } from '@holdfast/protocol/wire';
import { afterEach, expect, test } from 'vitest';
import type { Context } from '../../context/context.ts';
import { service } from '../../definition/service-definition.ts';
import { freshReplay } from '../replay.test.support.ts';
import { serve, type ServedEndpoint } from './serve.ts';

const { promise: computed, resolve: endComputation } = Promise.withResolvers<string>();
const seen = new Int32Array(new SharedArrayBuffer(4));
// Only a step that nobody sees computes for so long.
const computeMsMax = 2_000;

const greeter = service({
  name: 'Greeter',
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello ${name}`,
    wait: async (ctx: Context) => ctx.sleep(100_000),
    compute: async (ctx: Context) =>
      ctx.run('compute', () => {
        const until = performance.now() + computeMsMax;
        while (Atomics.load(seen, 0) === 0 && performance.now() < until);
        endComputation(Atomics.load(seen, 0) === 1 ? 'seen while it computed' : 'not seen');
      }),
    stuck: async (ctx: Context) => ctx.run('never ends', () => new Promise<void>(() => undefined)),
  },
});

let served: ServedEndpoint | undefined;
afterEach(() => served?.close({ graceMs: 0 }));

async function start(): Promise<string> {
  served = await serve({ services: [greeter], port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${served.port}`;
}

const contentType = 'application/vnd.restate.invocation.v6';

function readMessages(bytes: Uint8Array): EndpointMessage[] {
  return new FrameReader().push(bytes).map((frame) => decodeEndpointMessage(frame, 6));
}

async function readAll(stream: ClientHttp2Stream): Promise<EndpointMessage[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array); // a stream without an encoding gives bytes
  return readMessages(Buffer.concat(chunks));
}

test('one port serves HTTP/1.1 and HTTP/2, and says which of them streams both ways', async () => {
  const url = await start();
  const accept = 'application/vnd.restate.endpointmanifest.v4+json';
  const overHttp1 = await (await fetch(`${url}/discover`, { headers: { accept } })).json();
  const session = connect(url);
  const stream = session.request({ ':path': '/discover', accept });
  stream.setEncoding('utf8');
  let overHttp2 = '';
  for await (const chunk of stream) overHttp2 += String(chunk);
  session.close();

  expect(overHttp1).toMatchObject({ protocolMode: 'REQUEST_RESPONSE', services: [{ name: 'Greeter' }] });
  expect(JSON.parse(overHttp2)).toMatchObject({ protocolMode: 'BIDI_STREAM', services: [{ name: 'Greeter' }] });
});

test('an attempt over HTTP/1.1 is answered when its request has ended', async () => {
  const url = await start();

  const answer = await fetch(`${url}/invoke/Greeter/greet`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: freshReplay('Ada'),
  });
  const [output, end] = readMessages(await answer.bytes());

  expect(answer.headers.get('content-type')).toBe(contentType);
  expect(output).toMatchObject({
    command: { kind: 'output', result: { value: new TextEncoder().encode('"Hello Ada"') } },
  });
  expect(end).toEqual({ kind: 'end' });
});

test('a stop suspends what only waits, and then everything is closed', async () => {
  const url = await start();
  const session = connect(url);
  const stream = session.request({ ':method': 'POST', ':path': '/invoke/Greeter/wait', 'content-type': contentType });
  stream.write(freshReplay());
  await new Promise<void>(
    (resolve) =>
      void stream.once('data', (chunk: Buffer) => {
        stream.pause();
        stream.unshift(chunk);
        resolve();
      }),
  );
  const messages = readAll(stream);
  stream.end();

  await served?.close();

  expect(await messages).toMatchObject([
    { command: { kind: 'sleep' } },
    { kind: 'suspension', completions: [1], signals: [1] },
  ]);
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test('a step is on its way before it computes, however long that takes', async () => {
  const url = await start();
  // A runtime has a thread of its own: this one reads while the step holds up everything else here.
  const runtime = new Worker(
    `const { workerData: { url, replay, contentType, seen } } = require('node:worker_threads');
    const session = require('node:http2').connect(url);
    const stream = session.request({ ':method': 'POST', ':path': '/invoke/Greeter/compute', 'content-type': contentType });
    stream.once('data', () => Atomics.store(seen, 0, 1));
    stream.write(replay);`,
    { eval: true, workerData: { url, replay: freshReplay(), contentType, seen } },
  );

  expect(await computed).toBe('seen while it computed');
  await runtime.terminate();
});

test('a step that does not end is cut off when the grace is over', async () => {
  const url = await start();
  const session = connect(url);
  session.on('error', () => undefined);
  const stream = session.request({ ':method': 'POST', ':path': '/invoke/Greeter/stuck', 'content-type': contentType });
  stream.on('error', () => undefined);
  stream.write(freshReplay());
  await new Promise<void>((resolve) => void stream.once('data', () => resolve()));
  const closed = new Promise<void>((resolve) => void session.once('close', () => resolve()));

  await served?.close({ graceMs: 1 });

  await closed;
  expect(session.destroyed).toBe(true);
});

test('who breaks off anywhere harms nobody else', async () => {
  const url = await start();
  const rude = connect(url);
  rude.on('error', () => undefined);
  const replay = freshReplay();
  for (let length = 0; length <= replay.length; length += 7) {
    const path = length % 2 === 0 ? '/invoke/Greeter/wait' : '/discover';
    const stream = rude.request({ ':method': 'POST', ':path': path, 'content-type': contentType });
    stream.on('error', () => undefined);
    stream.write(replay.subarray(0, length));
    if (length % 3 === 0) await new Promise<void>((resolve) => void setImmediate(resolve));
    stream.close(constants.NGHTTP2_CANCEL);
  }
  rude.destroy();
  const half = createConnection({ port: served?.port ?? 0, host: '127.0.0.1' });
  half.write('PRI * HT');
  half.destroy();

  const answer = await fetch(`${url}/invoke/Greeter/greet`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: freshReplay('Ada'),
  });

  expect(readMessages(await answer.bytes())).toMatchObject([{ command: { kind: 'output' } }, { kind: 'end' }]);
});
