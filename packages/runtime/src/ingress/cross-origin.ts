import type { IncomingMessage } from 'node:http';
import { answerBytes } from './answer.ts';
import type { Exchange } from './exchange.ts';

/** Handlers are called from web pages of any origin, without credentials; who may call is not decided by origin. */
export function corsHeaders(request: IncomingMessage): [name: string, value: string][] {
  if (request.headers.origin === undefined) return [];
  return [
    ['access-control-allow-origin', '*'],
    ['access-control-expose-headers', '*'],
  ];
}

export function answerPreflight(exchange: Exchange): void {
  const asked = exchange.request.headers['access-control-request-headers'];
  exchange.headers.push(
    ['access-control-allow-methods', 'GET, POST, OPTIONS'],
    ['access-control-allow-headers', typeof asked === 'string' && asked !== '' ? asked : '*'],
    ['access-control-max-age', '600'],
  );
  answerBytes(exchange, 200, new Uint8Array(0));
}
