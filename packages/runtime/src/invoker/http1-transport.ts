/**
 * Attempts over HTTP/1.1, for deployments registered with `use_http_11`: one connection per running attempt, kept for the next
 * one. The body is chunked, so that a deployment that can read and write at the same time may; most answer after the request ended.
 */
import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { type Clock, systemClock, type Timer } from '../clock.ts';
import { allowedLookup, refuseDeniedHost } from './address-rule.ts';
import { parseEndpointAddress, pathAt } from './endpoint-address.ts';
import { FailedStream } from './failed-stream.ts';
import { decideStreamFailure } from './network-error.ts';
import type { AttemptRequest, AttemptStream, AttemptStreamListener, Transport } from './transport.ts';

export interface Http1TransportOptions {
  readonly clock?: Clock;
  readonly connectMs?: number;
  /** Certificates beyond the machine's own. */
  readonly tls?: SecureContextOptions;
}

const idleSocketsMax = 256;

export class Http1Transport implements Transport {
  readonly #clock: Clock;
  readonly #connectMs: number;
  readonly #plain: HttpAgent = new HttpAgent({ keepAlive: true, maxFreeSockets: idleSocketsMax });
  readonly #secure: HttpsAgent;

  constructor(options: Http1TransportOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#connectMs = options.connectMs ?? 10_000;
    this.#secure = new HttpsAgent({ ...options.tls, keepAlive: true, maxFreeSockets: idleSocketsMax });
  }

  open(request: AttemptRequest, listener: AttemptStreamListener): AttemptStream {
    try {
      const { uri } = request.deployment.address;
      const address = parseEndpointAddress(uri);
      if (address === undefined) throw new Error(`${uri} is no address of an endpoint`);
      refuseDeniedHost(address.host);
      const options = {
        method: 'POST',
        host: address.host,
        port: address.port,
        path: pathAt(address, request.path),
        headers: { ...request.deployment.headers, ...request.headers, 'transfer-encoding': 'chunked' },
        lookup: allowedLookup,
      };
      const sent = address.secure
        ? httpsRequest({ ...options, agent: this.#secure })
        : httpRequest({ ...options, agent: this.#plain });
      return new Http1AttemptStream(sent, listener, { clock: this.#clock, connectMs: this.#connectMs });
    } catch (error) {
      return new FailedStream(decideStreamFailure(error, false), listener);
    }
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }
}

class Http1AttemptStream implements AttemptStream {
  readonly #request: ClientRequest;
  #listener: AttemptStreamListener | undefined;
  #response: IncomingMessage | undefined;
  #paused = false;
  #connected = false;
  #connectTimer: Timer | undefined;

  constructor(
    request: ClientRequest,
    listener: AttemptStreamListener,
    timing: { readonly clock: Clock; readonly connectMs: number },
  ) {
    this.#request = request;
    this.#listener = listener;
    request.on('socket', (socket) => this.#watchConnect(socket, timing));
    request.on('response', (response) => this.#read(response));
    request.on('error', (error) => this.#fail(error));
    request.on('close', () => this.#fail(new Error('the connection was closed before the response ended')));
  }

  get connected(): boolean {
    return this.#connected;
  }

  write(bytes: Uint8Array): void {
    if (!this.#request.destroyed && !this.#request.writableEnded) this.#request.write(bytes);
  }

  halfClose(): void {
    if (!this.#request.destroyed && !this.#request.writableEnded) this.#request.end();
  }

  reset(): void {
    this.#finish();
    this.#request.destroy();
  }

  pause(): void {
    this.#paused = true;
    this.#response?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#response?.resume();
  }

  #watchConnect(socket: Socket, timing: { readonly clock: Clock; readonly connectMs: number }): void {
    if (!socket.connecting) {
      this.#connected = true;
      return;
    }
    this.#connectTimer = timing.clock.setTimer(timing.connectMs, () => {
      this.#request.destroy(new Error(`no connection within ${timing.connectMs} ms`));
    });
    socket.once('connect', () => {
      this.#connected = true;
      this.#connectTimer?.cancel();
    });
  }

  #read(response: IncomingMessage): void {
    this.#response = response;
    const { 'content-type': contentType, 'retry-after': retryAfter, location } = response.headers;
    this.#listener?.onHead({
      status: response.statusCode ?? 0,
      ...(contentType === undefined ? {} : { contentType }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(location === undefined ? {} : { location }),
    });
    response.on('data', (chunk: Uint8Array) => this.#listener?.onChunk(chunk));
    response.on('end', () => this.#finish()?.onEnd());
    response.on('error', (error) => this.#fail(error));
    if (this.#paused) response.pause();
  }

  #fail(error: Error): void {
    this.#finish()?.onFailure(decideStreamFailure(error, this.#connected));
  }

  #finish(): AttemptStreamListener | undefined {
    this.#connectTimer?.cancel();
    const listener = this.#listener;
    this.#listener = undefined;
    return listener;
  }
}
