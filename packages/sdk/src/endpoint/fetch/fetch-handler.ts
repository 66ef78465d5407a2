import { Endpoint, type EndpointOptions } from '../endpoint.ts';

export interface FetchEndpointOptions extends EndpointOptions {
  /** Whether requests may be read while the response is written. Most platforms cannot: false when left out. */
  readonly bidirectional?: boolean;
}

/**
 * This makes a handler for platforms that speak `Request` and `Response`: Cloudflare Workers, Deno, Bun, Next.js.
 *
 *     export default { fetch: createFetchHandler({ services: [greeter] }) };
 */
export function createFetchHandler(options: FetchEndpointOptions): (request: Request) => Promise<Response> {
  const endpoint = new Endpoint(options);
  return async (request) => {
    const outcome = await endpoint.answer({
      method: request.method,
      path: new URL(request.url).pathname,
      headers: new Map(request.headers.entries()),
      body: request.body ?? noBody(),
      bidirectional: options.bidirectional ?? false,
    });
    const head = { status: outcome.status, headers: { ...outcome.headers } };
    if ('body' in outcome) return new Response(outcome.body, head);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    // A reader that has gone is told by the request's stream too; its writes may fail in silence.
    const forget = (): undefined => undefined;
    const done = outcome.run({
      write: (bytes) => void writer.write(bytes).catch(forget),
      end: () => void writer.close().catch(forget),
    });
    void done.catch(forget);
    return new Response(readable, head);
  };
}

async function* noBody(): AsyncGenerator<Uint8Array> {
  // A request without a body ends at once.
}
