import * as http2 from 'node:http2';
import type { AddressInfo } from 'node:net';

export interface FakeEndpointOptions {
  /** Any free one, if it is left out. */
  readonly port?: number;
  readonly protocolVersions?: readonly [min: number, max: number];
  /** Answers an attempt. `attempt` counts from 1 over the life of the endpoint. */
  readonly onInvoke?: (stream: http2.ServerHttp2Stream, attempt: number, headers: http2.IncomingHttpHeaders) => void;
}

/** Frames of a handler that answers the string "ok": Output, End. */
export const okFrames = Buffer.from('040100000000000872060a04226f6b220003000000000000', 'hex');

/** An endpoint that speaks HTTP/2 without any SDK, to say and do what no SDK would. Lives in the test process. */
export class FakeEndpoint {
  readonly #server: http2.Http2Server;
  readonly #sessions = new Set<http2.ServerHttp2Session>();
  #attempts = 0;

  private constructor(manifest: unknown, options: FakeEndpointOptions) {
    const [minProtocolVersion, maxProtocolVersion] = options.protocolVersions ?? [5, 7];
    const discovery = JSON.stringify({
      protocolMode: 'BIDI_STREAM',
      minProtocolVersion,
      maxProtocolVersion,
      services: [manifest],
    });
    this.#server = http2.createServer();
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', () => {});
      session.once('close', () => this.#sessions.delete(session));
    });
    this.#server.on('stream', (stream, headers) => {
      // A peer may reset the stream at any time; for an endpoint that misbehaves on purpose this is no news.
      stream.on('error', () => {});
      if (headers[':path']?.endsWith('/discover') === true) {
        stream.respond({ ':status': 200, 'content-type': 'application/vnd.restate.endpointmanifest.v4+json' });
        stream.end(discovery);
        return;
      }
      this.#attempts += 1;
      options.onInvoke?.(stream, this.#attempts, headers);
    });
  }

  static async start(manifest: unknown, options: FakeEndpointOptions = {}): Promise<FakeEndpoint> {
    const endpoint = new FakeEndpoint(manifest, options);
    await new Promise<void>((resolve) => endpoint.#server.listen(options.port ?? 0, '127.0.0.1', resolve));
    return endpoint;
  }

  get url(): string {
    // A server that listens on a port has an address of this kind.
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** How many attempts have come so far. */
  get attempts(): number {
    return this.#attempts;
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
