import { createServer } from 'node:net';
import type { Server } from 'node:net';

/** Stands where an endpoint was: takes every connection, counts it and cuts it off. Lives in the test process. */
export class RefusingListener {
  readonly #server: Server;
  #connections = 0;

  private constructor() {
    this.#server = createServer((socket) => {
      this.#connections += 1;
      socket.on('error', () => {});
      socket.destroy();
    });
  }

  static async start(port: number): Promise<RefusingListener> {
    const listener = new RefusingListener();
    await new Promise<void>((resolve) => listener.#server.listen(port, '127.0.0.1', resolve));
    return listener;
  }

  get connections(): number {
    return this.#connections;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
