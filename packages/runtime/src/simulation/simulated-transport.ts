/**
 * Connects attempts of the runtime with attempts of simulated endpoints, over streams that delay, split, cut and lose. What one side sends
 * arrives in order; when it arrives is up to the seed.
 */
import type { AttemptRequest, AttemptStream, AttemptStreamListener, Transport } from '../invoker/transport.ts';
import { GatheredWrites } from './gathered-writes.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What an endpoint does with a stream. */
export interface EndpointStream {
  receive(chunk: Uint8Array): void;
  closeInput(): void;
  abandon(): void;
}

export interface EndpointSide {
  send(bytes: Uint8Array): void;
  finish(): void;
  /** The process dies in the middle of this stream. */
  break(): void;
}

export interface SimulatedTransportOptions {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  /** Probability that a stream breaks; asked once per stream. */
  readonly breaks: () => number;
  /** `undefined`: the endpoint is down. */
  readonly accept: (request: AttemptRequest, side: EndpointSide) => EndpointStream | undefined;
}

const LATENCY_MAX_MS = 8;
const BREAK_WITHIN_MS = 400;

export class SimulatedTransport implements Transport {
  readonly #options: SimulatedTransportOptions;
  readonly #open = new Set<SimulatedStream>();
  #dead = false;

  constructor(options: SimulatedTransportOptions) {
    this.#options = options;
  }

  open(request: AttemptRequest, listener: AttemptStreamListener): AttemptStream {
    const stream = new SimulatedStream(this.#options, request, listener, () => this.#open.delete(stream));
    this.#open.add(stream);
    // What is left of a dead process may still try; nobody hears it.
    if (this.#dead) stream.drop();
    return stream;
  }

  /** The endpoint's processes died: every stream breaks. */
  cutAll(): void {
    for (const stream of this.#open) stream.cut();
  }

  /** The process on this side died: nothing arrives here any more, and the other side sees its streams break. */
  dropAll(): void {
    this.#dead = true;
    for (const stream of this.#open) stream.drop();
    this.#open.clear();
  }
}

class SimulatedStream implements AttemptStream {
  readonly #options: SimulatedTransportOptions;
  readonly #listener: AttemptStreamListener;
  readonly #onClosed: () => void;
  #endpoint: EndpointStream | undefined;
  #heard = true;
  /** The process on the runtime's side is dead: nothing leaves it any more. */
  #dead = false;
  #lastToEndpoint = 0;
  #lastToRuntime = 0;
  #paused = false;
  #held: (() => void)[] = [];
  /** One of many streams sends every message by itself. */
  readonly #gathers: boolean;
  readonly #towards: { readonly endpoint: GatheredWrites; readonly runtime: GatheredWrites };

  constructor(
    options: SimulatedTransportOptions,
    request: AttemptRequest,
    listener: AttemptStreamListener,
    onClosed: () => void,
  ) {
    this.#options = options;
    this.#listener = listener;
    this.#onClosed = onClosed;
    const { random, time } = options;
    this.#gathers = random.chance(0.8);
    this.#towards = {
      endpoint: new GatheredWrites((bytes) => this.#sendToEndpoint(bytes)),
      runtime: new GatheredWrites((bytes) => this.#sendToRuntime(bytes)),
    };
    this.#towardsEndpoint(() => this.#connect(request));
    if (random.chance(options.breaks())) time.setTimer(random.between(0, BREAK_WITHIN_MS), () => this.#break());
  }

  get connected(): boolean {
    return this.#endpoint !== undefined;
  }

  write(bytes: Uint8Array): void {
    if (this.#gathers) this.#towards.endpoint.add(bytes);
    else this.#sendToEndpoint(bytes);
  }

  halfClose(): void {
    this.#towards.endpoint.flush();
    this.#towardsEndpoint(() => this.#endpoint?.closeInput());
  }

  reset(): void {
    this.#heard = false;
    this.#onClosed();
    this.#towards.endpoint.flush();
    this.#towardsEndpoint(() => this.#endpoint?.abandon());
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    const held = this.#held;
    this.#held = [];
    for (const deliver of held) deliver();
  }

  drop(): void {
    this.#towards.endpoint.flush();
    this.#towardsEndpoint(() => this.#endpoint?.abandon());
    this.#heard = false;
    this.#dead = true;
  }

  /** The endpoint's process died. */
  cut(): void {
    this.#break();
  }

  #connect(request: AttemptRequest): void {
    if (this.#dead) return;
    const side: EndpointSide = {
      send: (bytes) => {
        if (this.#gathers) this.#towards.runtime.add(bytes);
        else this.#sendToRuntime(bytes);
      },
      finish: () => {
        this.#towards.runtime.flush();
        this.#towardsRuntime(() => this.#end(() => this.#listener.onEnd()));
      },
      break: () => this.#break(),
    };
    this.#endpoint = this.#options.accept(request, side);
    if (this.#endpoint === undefined) {
      this.#towardsRuntime(() =>
        this.#end(() => this.#listener.onFailure({ kind: 'unreachable', message: 'connection refused' })),
      );
      return;
    }
    const contentType = request.headers['content-type'] ?? '';
    this.#towardsRuntime(() => this.#listener.onHead({ status: 200, contentType }));
  }

  #break(): void {
    this.#endpoint?.abandon();
    this.#towards.runtime.flush();
    this.#towardsRuntime(() =>
      this.#end(() => this.#listener.onFailure({ kind: 'lost', message: 'connection reset' })),
    );
  }

  #end(tell: () => void): void {
    if (!this.#heard) return;
    tell();
    this.#heard = false;
    this.#onClosed();
  }

  #sendToEndpoint(bytes: Uint8Array): void {
    for (const chunk of this.#split(bytes)) this.#towardsEndpoint(() => this.#endpoint?.receive(chunk));
  }

  #sendToRuntime(bytes: Uint8Array): void {
    for (const chunk of this.#split(bytes)) this.#towardsRuntime(() => this.#listener.onChunk(chunk));
  }

  #split(bytes: Uint8Array): readonly Uint8Array[] {
    if (bytes.length < 2 || !this.#options.random.chance(0.2)) return [bytes];
    const at = this.#options.random.between(1, bytes.length - 1);
    return [bytes.subarray(0, at), bytes.subarray(at)];
  }

  #towardsEndpoint(act: () => void): void {
    if (this.#dead) return;
    this.#lastToEndpoint = this.#schedule(this.#lastToEndpoint, act);
  }

  #towardsRuntime(act: () => void): void {
    const deliver = (): void => {
      if (!this.#heard) return;
      if (this.#paused) this.#held.push(deliver);
      else act();
    };
    this.#lastToRuntime = this.#schedule(this.#lastToRuntime, deliver);
  }

  /** Never before what was sent earlier: strictly after it, because events of one moment are shuffled. */
  #schedule(last: number, act: () => void): number {
    const { time, random } = this.#options;
    const at = Math.max(last + 1, time.elapsedMs + random.between(0, LATENCY_MAX_MS));
    time.setTimer(at - time.elapsedMs, act);
    return at;
  }
}
