/**
 * HTTP for callers: `node:http` and a table of routes.
 *
 * This is the hot path, so there are no URL objects and no fetch objects here. An invocation's id is made in this layer: whatever
 * happens to a partition while a request is open, the same id finds what became of it.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError } from '../api-error.ts';
import { closeHttpServer, listen, slowHeaders } from '../listen.ts';
import type { ListenAddress } from '../listen.ts';
import { answerAttach, invocationOf } from './answer-attach.ts';
import { answerAwakeable } from './answer-awakeable.ts';
import { answerCall } from './answer-call.ts';
import { answerSend } from './answer-send.ts';
import { answerError, answerJson } from './answer.ts';
import { ByteBudget } from './byte-budget.ts';
import { Callers } from './callers.ts';
import { answerPreflight, corsHeaders } from './cross-origin.ts';
import { createDrawId } from './draw-id.ts';
import type { Exchange } from './exchange.ts';
import type { IngressParts } from './ingress-parts.ts';
import { parseReferenceBody } from './reference-body.ts';
import { withBody } from './request-body.ts';
import { parseRoute } from './route.ts';
import type { Route } from './route.ts';

export interface Ingress {
  readonly url: string;
  readonly port: number;
  /** Answers waiting callers 503 and stops; resolves when every connection is closed. */
  close(): Promise<void>;
}

// Long enough for a body of the largest size over a slow line; silence within it is bounded by bodyIdleMs.
const requestTimeoutMs = 300_000;
const keepAliveTimeoutMs = 75_000;
// What is still being answered when the runtime stops gets a moment; then nothing keeps the process.
const closeMs = 2_000;

export async function openIngress(
  parts: Omit<IngressParts, 'callers' | 'bodies' | 'drawId'> & { readonly makeEntropy: (bytes: number) => Uint8Array },
  address: ListenAddress,
): Promise<Ingress> {
  const callers = new Callers();
  const all: IngressParts = {
    ...parts,
    callers,
    bodies: new ByteBudget(parts.limits.bufferedBytesMax),
    drawId: createDrawId(parts.makeEntropy),
  };
  let open = 0;
  const server = createServer(
    {
      maxHeaderSize: parts.limits.headerBytesMax,
      requestTimeout: requestTimeoutMs,
      ...slowHeaders,
      keepAliveTimeout: keepAliveTimeoutMs,
      noDelay: true,
    },
    (request, response) => {
      open += 1;
      response.once('close', () => (open -= 1));
      const exchange = makeExchange(request, response);
      if (open > parts.limits.openRequestsMax) return answerError(exchange, tooManyRequests(parts));
      answer(all, exchange).catch((error: unknown) => answerThrown(all, exchange, error));
    },
  );
  server.on('clientError', answerClientError);
  const { port, url } = await listen(server, address);
  return { port, url, close: () => closeServer(server, callers) };
}

function makeExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return { request, response, query: mark === -1 ? '' : url.slice(mark + 1), headers: corsHeaders(request) };
}

async function answer(parts: IngressParts, exchange: Exchange): Promise<void> {
  const { method, url = '/' } = exchange.request;
  if (method === 'OPTIONS') return answerPreflight(exchange);
  const registry = parts.findRegistry();
  if (registry === undefined) throw notReady();
  const mark = url.indexOf('?');
  const route = parseRoute(mark === -1 ? url : url.slice(0, mark), registry);
  checkMethod(exchange, method ?? '', route);
  switch (route.kind) {
    case 'call':
      return answerCall(parts, exchange, route, registry);
    case 'send':
      return answerSend(parts, exchange, route, registry);
    case 'attach':
    case 'output':
      return answerAttach(parts, exchange, route);
    case 'attachByBody':
    case 'outputByBody': {
      const reference = await withBody(parts, exchange.request, parseReferenceBody);
      return answerAttach(parts, exchange, { kind: route.kind === 'attachByBody' ? 'attach' : 'output', reference });
    }
    case 'lookup': {
      const reference = await withBody(parts, exchange.request, parseReferenceBody);
      return answerJson(exchange, 200, { invocationId: invocationOf(reference) });
    }
    case 'resolveAwakeable':
    case 'rejectAwakeable':
      return answerAwakeable(parts, exchange, route);
    case 'health':
      return answerJson(exchange, 200, { services: [...registry.services.keys()].toSorted() });
  }
}

const methods: Readonly<Record<Route['kind'], readonly string[]>> = {
  call: ['POST', 'GET'],
  send: ['POST', 'GET'],
  attach: ['GET'],
  output: ['GET'],
  attachByBody: ['POST'],
  outputByBody: ['POST'],
  lookup: ['POST'],
  resolveAwakeable: ['POST'],
  rejectAwakeable: ['POST'],
  health: ['GET'],
};

function checkMethod(exchange: Exchange, method: string, route: Route): void {
  const allowed = methods[route.kind];
  if (allowed.includes(method)) return;
  exchange.headers.push(['allow', allowed.join(', ')]);
  throw new ApiError('METHOD_REFUSED', {
    message: `This path does not take ${method}.`,
    hint: `Use ${allowed.join(' or ')}.`,
  });
}

function answerThrown(parts: IngressParts, exchange: Exchange, error: unknown): void {
  if (error instanceof ApiError) return answerError(exchange, error);
  // The caller left while its request arrived: there is nobody to answer, and nothing is wrong here.
  if (exchange.response.destroyed || exchange.request.errored !== null) return;
  parts.log.error({ error, method: exchange.request.method, path: exchange.request.url }, 'ingress request failed');
  const internal = new ApiError('INTERNAL', {
    message: 'The runtime failed to answer this request.',
    hint: 'Look into the log of the runtime. Ask with the id in x-restate-id, if there is one, before repeating.',
  });
  answerError(exchange, internal);
}

function tooManyRequests(parts: Pick<IngressParts, 'limits'>): ApiError {
  return new ApiError('OVERLOADED', {
    message: `More than ${parts.limits.openRequestsMax} requests are open. This one had no effect.`,
    hint: 'Repeat it later, as retry-after says; or send without waiting, and attach when the result is needed.',
  });
}

function notReady(): ApiError {
  return new ApiError('NOT_READY', {
    message: 'The runtime is starting and has not read its registry yet.',
    hint: 'Repeat the request in a moment.',
  });
}

/** What is not HTTP never becomes a request, so it is answered on the bare socket. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const code =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'HEADERS_TOO_LARGE'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'BODY_TIMEOUT'
        : 'REQUEST_MALFORMED';
  const status = {
    HEADERS_TOO_LARGE: '431 Headers Too Large',
    BODY_TIMEOUT: '408 Timeout',
    REQUEST_MALFORMED: '400 Bad Request',
  }[code];
  const body = JSON.stringify({
    code: Number(status.slice(0, 3)),
    message: status.slice(4),
    source: 'ingress',
    errorCode: code,
  });
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}

async function closeServer(server: Server, callers: Callers): Promise<void> {
  callers.close();
  await closeHttpServer(server, closeMs);
}
