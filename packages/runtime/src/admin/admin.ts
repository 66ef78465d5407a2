import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { closeHttpServer, listen, slowHeaders } from '../listen.ts';
import type { ListenAddress } from '../listen.ts';
import type { AdminParts } from './admin-parts.ts';
import { makeAdminApp } from './app.ts';
import type { ErrorBody } from './error-answer.ts';

export interface Admin {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const closeMs = 2_000;
// Operators and their tools, not callers. Each may bring a body of the largest size.
const defaultOpenRequestsMax = 256;

/** Serves the admin API. Opened first and closed last, so that health can be asked all the time. */
export async function openAdmin(
  parts: AdminParts,
  address: ListenAddress,
  openRequestsMax: number = defaultOpenRequestsMax,
): Promise<Admin> {
  const app = makeAdminApp(parts, { isLoopback: isLoopback(address.host) });
  const answer = getRequestListener(app.fetch);
  let open = 0;
  const server = createServer({ ...slowHeaders, requestTimeout: 120_000 }, (request, response) => {
    open += 1;
    response.once('close', () => (open -= 1));
    if (open > openRequestsMax) turnAway(response, openRequestsMax);
    else void answer(request, response);
  });
  const { port, url } = await listen(server, address);
  return {
    port,
    url,
    close: () => closeHttpServer(server, closeMs),
  };
}

function turnAway(response: ServerResponse, openRequestsMax: number): void {
  const body: ErrorBody = {
    message: `More than ${openRequestsMax} requests to the admin API are open. This one had no effect.`,
    code: 'OVERLOADED',
    hint: 'Repeat it later, as retry-after says.',
    details: {},
  };
  response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '1', connection: 'close' });
  response.end(JSON.stringify(body));
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
