import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { SecureContextOptions } from 'node:tls';
import type { Clock, Timer } from '../clock.ts';
import { allowedLookup } from './address-rule.ts';
import type { EndpointAddress } from './endpoint-address.ts';
import { ResetBudget } from './reset-budget.ts';

export interface Http2Timings {
  /** Until the peer has sent its SETTINGS, which it does unasked. */
  readonly connectMs: number;
  readonly pingEveryMs: number;
  readonly pingAnswerMs: number;
  readonly idleMs: number;
}

export const defaultHttp2Timings: Http2Timings = {
  connectMs: 10_000,
  pingEveryMs: 40_000,
  pingAnswerMs: 20_000,
  idleMs: 300_000,
};

// A replay of megabytes must not wait for a round trip every 64 KiB, and a paused stream must not stop its neighbours.
const streamWindowBytes = 2 * 1024 * 1024;
const connectionWindowBytes = 16 * 1024 * 1024;
// Node's own limit of 10 MB refuses streams while replays are being sent; what is in memory is bounded by the attempts.
const sessionMemoryMb = 4_096;

/** One connection to an endpoint, shared by its streams. Dead or draining ones are replaced by the pool. */
export class Http2Session {
  readonly resets: ResetBudget;
  readonly #session: ClientHttp2Session;
  readonly #clock: Clock;
  readonly #timings: Http2Timings;
  #timer: Timer | undefined;
  #streams = 0;
  #connected = false;
  #goingAway = false;
  #error: Error | undefined;
  #usedAt: number;

  constructor(
    address: EndpointAddress,
    options: {
      readonly clock: Clock;
      readonly timings: Http2Timings;
      readonly tls?: SecureContextOptions;
      readonly onClosed: () => void;
    },
  ) {
    this.#clock = options.clock;
    this.#timings = options.timings;
    this.#usedAt = options.clock.now();
    this.resets = new ResetBudget(options.clock);
    this.#session = connect(address.origin, {
      ...options.tls,
      lookup: allowedLookup,
      maxSessionMemory: sessionMemoryMb,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
    });
    this.#session.on('connect', () => {
      // A peer that speaks something else has destroyed it before Node tells of the connection.
      if (!this.#session.destroyed) this.#session.setLocalWindowSize(connectionWindowBytes);
    });
    this.#session.once('remoteSettings', () => {
      this.#connected = true;
      this.#keepAlive();
    });
    this.#session.on('goaway', () => {
      this.#goingAway = true;
    });
    // Every stream hears of it too; without a listener the process would end.
    this.#session.on('error', (error) => {
      this.#error = error;
    });
    this.#session.on('close', () => {
      this.#timer?.cancel();
      this.resets.close();
      options.onClosed();
    });
    this.#timer = this.#clock.setTimer(this.#timings.connectMs, () => {
      this.#session.destroy(
        new Error(`no HTTP/2 connection to ${address.host}:${address.port} within ${this.#timings.connectMs} ms`),
      );
    });
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Why it is dead, for streams that are closed without being told. */
  get error(): Error | undefined {
    return this.#error;
  }

  get streams(): number {
    return this.#streams;
  }

  /** Streams that may still be opened; 0 when the peer is going away. */
  room(streamsMax: number): number {
    if (this.#goingAway || this.#session.closed || this.#session.destroyed) return 0;
    const allowed = this.#session.remoteSettings?.maxConcurrentStreams ?? streamsMax;
    return Math.min(allowed, streamsMax) - this.#streams;
  }

  /** Throws when the session died since it was chosen. */
  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    const stream = this.#session.request(headers, { endStream: false });
    this.#streams += 1;
    stream.once('close', () => {
      this.#streams -= 1;
      this.#usedAt = this.#clock.now();
    });
    return stream;
  }

  close(): void {
    this.#session.destroy(undefined, constants.NGHTTP2_NO_ERROR);
  }

  /** A dead peer says nothing; only an unanswered ping tells. An unused session ends after a while. */
  #keepAlive(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(this.#timings.pingEveryMs, () => {
      if (this.#session.destroyed) return;
      if (this.#streams === 0 && this.#clock.now() - this.#usedAt >= this.#timings.idleMs) return this.#session.close();
      this.#timer = this.#clock.setTimer(this.#timings.pingAnswerMs, () => {
        this.#session.destroy(new Error(`a ping was not answered within ${this.#timings.pingAnswerMs} ms`));
      });
      this.#session.ping((error) => {
        if (error === null) this.#keepAlive();
      });
    });
  }
}
