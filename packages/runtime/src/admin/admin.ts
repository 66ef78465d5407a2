import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { closeHttpServer, listen, slowHeaders } from '../listen.ts';
import type { ListenAddress } from '../listen.ts';
import type { AdminParts } from './admin-parts.ts';
import { makeAdminApp } from './app.ts';

export interface Admin {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const closeMs = 2_000;

/** Serves the admin API. Opened first and closed last, so that health can be asked all the time. */
export async function openAdmin(parts: AdminParts, address: ListenAddress): Promise<Admin> {
  const app = makeAdminApp(parts, { isLoopback: isLoopback(address.host) });
  const answer = getRequestListener(app.fetch);
  const server = createServer(
    { ...slowHeaders, requestTimeout: 120_000 },
    (request, response) => void answer(request, response),
  );
  const { port, url } = await listen(server, address);
  return {
    port,
    url,
    close: () => closeHttpServer(server, closeMs),
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
