import { Http1Transport, type Http1TransportOptions } from './http1-transport.ts';
import { Http2Transport, type Http2TransportOptions } from './http2-transport.ts';
import type { AttemptRequest, AttemptStream, AttemptStreamListener, Transport } from './transport.ts';

/** The transport of a real runtime: HTTP/2, or HTTP/1.1 where a deployment was registered so. */
export class HttpTransport implements Transport {
  readonly #http2: Http2Transport;
  readonly #http1: Http1Transport;

  constructor(options: Http2TransportOptions & Http1TransportOptions = {}) {
    this.#http2 = new Http2Transport(options);
    this.#http1 = new Http1Transport(options);
  }

  open(request: AttemptRequest, listener: AttemptStreamListener): AttemptStream {
    const transport = request.deployment.address.http1 ? this.#http1 : this.#http2;
    return transport.open(request, listener);
  }

  /** Ends every connection; attempts that still use one fail. */
  close(): void {
    this.#http2.close();
    this.#http1.close();
  }
}
