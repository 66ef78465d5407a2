/**
 * What an attempt needs from the network, and all of it: one request whose body stays open, one response that streams.
 * http2-transport.ts and http1-transport.ts implement it; simulation replaces it.
 */
import type { Deployment } from '../engine/registry.ts';

export interface AttemptRequest {
  readonly deployment: Deployment;
  /** Without the base path of the deployment's address: `/invoke/{service}/{handler}`. */
  readonly path: string;
  /** Lower-case names. The deployment's own headers are added by the transport. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ResponseHead {
  readonly status: number;
  readonly contentType?: string;
  readonly retryAfter?: string;
  readonly location?: string;
}

export interface StreamFailure {
  /** No connection came about; the address is not allowed; or the stream broke after it was open. */
  readonly kind: 'unreachable' | 'addressDenied' | 'lost';
  readonly message: string;
}

/** Called in the order of arrival; `onEnd` or `onFailure` is the last call, and nothing comes after `reset`. */
export interface AttemptStreamListener {
  onHead(head: ResponseHead): void;
  onChunk(chunk: Uint8Array): void;
  onEnd(): void;
  onFailure(failure: StreamFailure): void;
}

export interface AttemptStream {
  /** The connection to the endpoint stands, whether or not it has answered. */
  readonly connected: boolean;
  /** The bytes belong to the stream from here on. */
  write(bytes: Uint8Array): void;
  /** Ends the request; the response goes on. */
  halfClose(): void;
  /**
   * Gives the whole exchange up. The request is half-closed at once; the reset itself (CANCEL) may follow later, because a
   * peer on Node closes its session after about 1,000 resets. The listener hears nothing more.
   */
  reset(): void;
  pause(): void;
  resume(): void;
}

export interface Transport {
  /** Never throws and never calls back before it returned: what goes wrong is told through `onFailure`. */
  open(request: AttemptRequest, listener: AttemptStreamListener): AttemptStream;
}
