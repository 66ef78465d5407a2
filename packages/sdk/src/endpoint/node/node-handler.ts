import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { AttemptSink } from '../../attempt/attempt-driver.ts';
import { Endpoint, type EndpointOptions } from '../endpoint.ts';

export interface NodeEndpointOptions extends EndpointOptions {
  /**
   * Whether the runtime keeps a stream open both ways. Left out: over HTTP/2 yes, over HTTP/1.1 no, because what stands between may buffer
   * requests.
   */
  readonly bidirectional?: boolean;
}

export type NodeHandler = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

/** This makes a request listener for an HTTP server of the author's own: `http`, `https` or `http2`. */
export function createHandler(options: NodeEndpointOptions): NodeHandler {
  return nodeHandler(new Endpoint(options), options);
}

export function nodeHandler(endpoint: Endpoint, options: NodeEndpointOptions): NodeHandler {
  return (request, response) => {
    const bidirectional = options.bidirectional ?? request.httpVersionMajor >= 2;
    // Errors of a stream end its attempt; without a listener they would end the process.
    response.on('error', () => undefined);
    // What cannot be answered any more is gone; whoever asked asks again.
    answer(endpoint, request, response, bidirectional).catch(() => void request.destroy());
  };
}

async function answer(
  endpoint: Endpoint,
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
  bidirectional: boolean,
): Promise<void> {
  const outcome = await endpoint.answer({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: readHeaders(request.headers),
    body: request,
    bidirectional,
  });
  response.statusCode = outcome.status;
  for (const [name, value] of Object.entries(outcome.headers)) response.setHeader(name, value);
  if ('body' in outcome) {
    response.end(outcome.body);
    request.resume();
    return;
  }
  // The runtime does not wait for the head, but what stands between may.
  if ('flushHeaders' in response) response.flushHeaders();
  else response.writeHead(outcome.status);
  await outcome.run(responseSink(response));
}

function responseSink(response: ServerResponse | Http2ServerResponse): AttemptSink {
  // Both kinds of response have these with the same meaning; their declarations do not overlap.
  const target = response as ServerResponse;
  return {
    write: (bytes) => {
      if (!target.writableEnded && !target.destroyed) target.write(bytes);
    },
    end: () => {
      if (!target.writableEnded) target.end();
    },
  };
}

function readHeaders(headers: IncomingHttpHeaders): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}
