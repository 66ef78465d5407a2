import type { Server } from 'node:http';
import { ApiError } from './api-error.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
}

/** Starts listening and says where; a port in use is an expected error, not a crash. */
export function listen(
  server: Server,
  address: ListenAddress,
): Promise<{ readonly port: number; readonly url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, address)));
    server.listen(address.port, address.host, () => {
      const bound = server.address();
      if (bound === null || typeof bound === 'string') return reject(new Error('The server listens on no TCP port.'));
      const host = address.host.includes(':') ? `[${address.host}]` : address.host;
      resolve({ port: bound.port, url: `http://${host}:${bound.port}` });
    });
  });
}

/**
 * How long a client may take for the head of a request, for servers of `node:http`. Every program sends it in one piece; who sends it letter by
 * letter wants to hold connections.
 */
export const slowHeaders = { headersTimeout: 10_000, connectionsCheckingInterval: 5_000 } as const;

// Connections fall idle one by one as their answers are written.
const idleCheckMs = 20;

/** Stops listening, lets open answers end for up to `graceMs`, then cuts what is left. */
export async function closeHttpServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), idleCheckMs);
  const force = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(force);
}

function explain(error: NodeJS.ErrnoException, address: ListenAddress): Error {
  const place = `${address.host}:${address.port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new ApiError('PORT_IN_USE', {
        message: `Another process listens on ${place}.`,
        hint: 'Stop it, or choose other ports with --ingress-port and --admin-port.',
        details: { host: address.host, port: address.port },
        cause: error,
      });
    case 'EACCES':
    case 'EADDRNOTAVAIL':
      return new ApiError('BIND_REFUSED', {
        message: `The system does not let this process listen on ${place} (${error.code}).`,
        hint: 'Choose an address of this machine with --bind, and a port from 1024 on.',
        details: { host: address.host, port: address.port },
        cause: error,
      });
    default:
      return error;
  }
}
