/**
 * Attempts over HTTP/2: prior knowledge on `http:`, ALPN on `https:`. A stream costs 65 to 80 µs a side and a connection much more,
 * so sessions are few, shared and kept. Node sends what all streams of a session wrote in one turn together.
 */
import { type ClientHttp2Stream, constants, type IncomingHttpHeaders, sensitiveHeaders } from 'node:http2';
import type { SecureContextOptions } from 'node:tls';
import { type Clock, systemClock } from '../clock.ts';
import type { Deployment } from '../engine/registry.ts';
import { refuseDeniedHost } from './address-rule.ts';
import { type EndpointAddress, parseEndpointAddress, pathAt } from './endpoint-address.ts';
import { FailedStream } from './failed-stream.ts';
import { defaultHttp2Timings, Http2Session, type Http2Timings } from './http2-session.ts';
import { decideStreamFailure } from './network-error.ts';
import type { AttemptRequest, AttemptStream, AttemptStreamListener, Transport } from './transport.ts';

export interface Http2TransportOptions {
  readonly clock?: Clock;
  readonly timings?: Partial<Http2Timings>;
  readonly streamsPerSessionMax?: number;
  /** Certificates beyond the machine's own. */
  readonly tls?: SecureContextOptions;
}

// A peer that allows one stream per connection must not cost a thousand connections.
const sessionsPerOriginMax = 32;

export class Http2Transport implements Transport {
  readonly #clock: Clock;
  readonly #timings: Http2Timings;
  readonly #streamsMax: number;
  readonly #tls: SecureContextOptions | undefined;
  readonly #sessions = new Map<string, Set<Http2Session>>();
  readonly #addresses = new WeakMap<Deployment['address'], EndpointAddress>();

  constructor(options: Http2TransportOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#timings = { ...defaultHttp2Timings, ...options.timings };
    this.#streamsMax = options.streamsPerSessionMax ?? 100;
    this.#tls = options.tls;
  }

  open(request: AttemptRequest, listener: AttemptStreamListener): AttemptStream {
    try {
      const address = this.#addressOf(request.deployment);
      const session = this.#chooseSession(address);
      const stream = session.request({
        ':method': 'POST',
        ':path': pathAt(address, request.path),
        ...request.deployment.headers,
        ...request.headers,
        // They differ from request to request; indexed, they would push everything useful out of the header table.
        [sensitiveHeaders]: ['x-restate-invocation-id', 'x-restate-service-key', 'x-restate-jwt-v1'],
      });
      return new Http2AttemptStream(stream, session, listener);
    } catch (error) {
      return new FailedStream(decideStreamFailure(error, false), listener);
    }
  }

  /** For metrics: connections held, those whose peer has answered, those that take no new streams. */
  get sessionCount(): number {
    return this.#all().length;
  }

  get connectedSessions(): number {
    return this.#all().filter((session) => session.connected).length;
  }

  get drainingSessions(): number {
    return this.#all().filter((session) => session.room(Number.POSITIVE_INFINITY) === 0).length;
  }

  close(): void {
    for (const session of this.#all()) session.close();
  }

  #all(): readonly Http2Session[] {
    return [...this.#sessions.values()].flatMap((sessions) => [...sessions]);
  }

  #addressOf(deployment: Deployment): EndpointAddress {
    const known = this.#addresses.get(deployment.address);
    if (known !== undefined) return known;
    const address = parseEndpointAddress(deployment.address.uri);
    if (address === undefined) throw new Error(`${deployment.address.uri} is no address of an endpoint`);
    refuseDeniedHost(address.host);
    this.#addresses.set(deployment.address, address);
    return address;
  }

  /** The fullest session with room: what is not needed empties, idles and ends. */
  #chooseSession(address: EndpointAddress): Http2Session {
    let sessions = this.#sessions.get(address.origin);
    if (sessions === undefined) {
      sessions = new Set();
      this.#sessions.set(address.origin, sessions);
    }
    let fullest: Http2Session | undefined;
    let emptiest: Http2Session | undefined;
    for (const session of sessions) {
      if (session.room(Number.POSITIVE_INFINITY) === 0) continue;
      if (emptiest === undefined || session.streams < emptiest.streams) emptiest = session;
      if (session.room(this.#streamsMax) > 0 && (fullest === undefined || session.streams > fullest.streams))
        fullest = session;
    }
    if (fullest !== undefined) return fullest;
    if (emptiest !== undefined && sessions.size >= sessionsPerOriginMax) return emptiest;
    return this.#connect(address, sessions);
  }

  #connect(address: EndpointAddress, sessions: Set<Http2Session>): Http2Session {
    const session: Http2Session = new Http2Session(address, {
      clock: this.#clock,
      timings: this.#timings,
      ...(this.#tls === undefined ? {} : { tls: this.#tls }),
      onClosed: () => {
        sessions.delete(session);
        if (sessions.size === 0 && this.#sessions.get(address.origin) === sessions)
          this.#sessions.delete(address.origin);
      },
    });
    sessions.add(session);
    return session;
  }
}

class Http2AttemptStream implements AttemptStream {
  readonly #stream: ClientHttp2Stream;
  readonly #session: Http2Session;
  #listener: AttemptStreamListener | undefined;
  #error: Error | undefined;

  constructor(stream: ClientHttp2Stream, session: Http2Session, listener: AttemptStreamListener) {
    this.#stream = stream;
    this.#session = session;
    this.#listener = listener;
    stream.on('response', (headers) => this.#listener?.onHead(toHead(headers)));
    stream.on('data', (chunk: Uint8Array) => this.#listener?.onChunk(chunk));
    // Node also ends the readable side of a stream that the peer has reset.
    stream.on('end', () => (stream.rstCode === constants.NGHTTP2_NO_ERROR ? this.#finish()?.onEnd() : this.#fail()));
    stream.on('error', (error) => {
      this.#error = error;
    });
    stream.on('close', () => this.#fail());
  }

  get connected(): boolean {
    return this.#session.connected;
  }

  write(bytes: Uint8Array): void {
    if (this.#stream.writable) this.#stream.write(bytes);
  }

  halfClose(): void {
    if (this.#stream.writable) this.#stream.end();
  }

  reset(): void {
    this.#listener = undefined;
    if (this.#stream.closed) return;
    this.halfClose();
    // While it waits for its turn, what arrives must not fill the connection.
    this.#stream.resume();
    this.#session.resets.spend(() => {
      if (this.#stream.closed) return false;
      this.#stream.close(constants.NGHTTP2_CANCEL);
      return true;
    });
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  #fail(): void {
    const listener = this.#finish();
    if (listener === undefined) return;
    const error =
      this.#error ??
      this.#session.error ??
      new Error(`the peer reset the stream with ${describeReset(this.#stream.rstCode)}`);
    listener.onFailure(decideStreamFailure(error, this.#session.connected));
  }

  #finish(): AttemptStreamListener | undefined {
    const listener = this.#listener;
    this.#listener = undefined;
    return listener;
  }
}

function toHead(headers: IncomingHttpHeaders): Parameters<AttemptStreamListener['onHead']>[0] {
  const status = Number(headers[':status']);
  const { 'content-type': contentType, 'retry-after': retryAfter, location } = headers;
  return {
    status,
    ...(contentType === undefined ? {} : { contentType }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(location === undefined ? {} : { location }),
  };
}

function describeReset(code: number | undefined): string {
  if (code === undefined) return 'no code';
  const name = Object.entries(constants).find(
    ([key, value]) => key.startsWith('NGHTTP2_') && resetNames.has(key) && value === code,
  );
  return name === undefined ? `code ${code}` : name[0].replace('NGHTTP2_', '');
}

const resetNames = new Set([
  'NGHTTP2_NO_ERROR',
  'NGHTTP2_PROTOCOL_ERROR',
  'NGHTTP2_INTERNAL_ERROR',
  'NGHTTP2_FLOW_CONTROL_ERROR',
  'NGHTTP2_STREAM_CLOSED',
  'NGHTTP2_FRAME_SIZE_ERROR',
  'NGHTTP2_REFUSED_STREAM',
  'NGHTTP2_CANCEL',
  'NGHTTP2_CONNECT_ERROR',
  'NGHTTP2_ENHANCE_YOUR_CALM',
]);
