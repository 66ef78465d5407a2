import type { EventEmitter } from 'node:events';
import { createServer as createHttp1Server } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import { Endpoint } from '../endpoint.ts';
import { type NodeEndpointOptions, nodeHandler } from './node-handler.ts';

export interface ServeOptions extends NodeEndpointOptions {
  /** 9080 when left out; 0 takes a free one. */
  readonly port?: number;
  /** All interfaces when left out. */
  readonly host?: string;
}

export interface ServedEndpoint {
  readonly port: number;
  /**
   * Stops in order: takes no new attempts, suspends what only waits, lets executing steps end. What is left after `graceMs` (10,000 when left
   * out) is cut off, and retried by the runtime.
   */
  readonly close: (options?: { readonly graceMs?: number }) => Promise<void>;
}

/** What every HTTP/2 connection without TLS begins with, from the first byte. */
const http2Preface = 'PRI * HTTP/2.0';
const defaultPort = 9080;
const defaultGraceMs = 10_000;
// A connection that never says which protocol it speaks is not worth its memory.
const greetingTimeoutMs = 10_000;

/**
 * This serves the services over HTTP/2 without TLS and over HTTP/1.1 on one port.
 *
 *     await serve({ services: [greeter], port: 9080 });
 */
export async function serve(options: ServeOptions): Promise<ServedEndpoint> {
  const endpoint = new Endpoint(options);
  const handle = nodeHandler(endpoint, options);
  const http1 = createHttp1Server(handle);
  const http2 = createHttp2Server(handle);
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  http2.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', () => undefined);
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    void dispatch(socket, { http1, http2 });
  });
  const port = await listen(server, options);
  const close = async ({ graceMs = defaultGraceMs }: { readonly graceMs?: number } = {}): Promise<void> => {
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    for (const session of sessions) session.close();
    http1.closeIdleConnections();
    const giveUp = AbortSignal.timeout(graceMs);
    const late = new Promise<void>((resolve) => giveUp.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([endpoint.shutDown(), late]);
    http1.closeIdleConnections();
    await Promise.race([Promise.all([...sessions].map(untilClosed)), late]);
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port, close };
}

async function dispatch(socket: Socket, servers: Record<'http1' | 'http2', EventEmitter>): Promise<void> {
  const protocol = await greet(socket);
  if (protocol !== undefined) servers[protocol].emit('connection', socket);
}

function untilClosed(session: ServerHttp2Session): Promise<void> {
  return new Promise((resolve) => {
    if (session.destroyed) resolve();
    else session.once('close', () => resolve());
  });
}

/** Reads just enough to know the protocol, and puts it back. */
async function greet(socket: Socket): Promise<'http1' | 'http2' | undefined> {
  socket.setTimeout(greetingTimeoutMs, () => socket.destroy());
  const seen = await new Promise<Buffer | undefined>((resolve) => {
    let bytes = Buffer.alloc(0);
    const read = (): void => {
      const chunk: unknown = socket.read();
      if (!Buffer.isBuffer(chunk)) return;
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length < http2Preface.length && http2Preface.startsWith(bytes.toString('latin1'))) return;
      socket.off('readable', read);
      resolve(bytes);
    };
    socket.on('readable', read);
    socket.once('close', () => resolve(undefined));
  });
  if (seen === undefined) return undefined;
  socket.setTimeout(0);
  socket.unshift(seen);
  return seen.toString('latin1', 0, http2Preface.length) === http2Preface ? 'http2' : 'http1';
}

function listen(server: Server, { port = defaultPort, host }: ServeOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
