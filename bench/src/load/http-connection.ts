import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { readHttpAnswer } from './http-answer.ts';
import type { HttpAnswer } from './http-answer.ts';

/** What a caller learns of a request: its answer, or why there is none. */
export type RequestOutcome =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer }
  | { readonly kind: 'lost'; readonly reason: string };

/**
 * One keep-alive connection with at most one request under way.
 *
 * A plain socket instead of an HTTP client: the load shares the machine with what it measures, so each request should cost it little.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #onOutcome: ((outcome: RequestOutcome) => void) | undefined;
  #lost: string | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#lose(error.message));
    socket.on('close', () => this.#lose('The server closed the connection.'));
  }

  static open(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new HttpConnection(socket));
      });
    });
  }

  send(request: Buffer, onOutcome: (outcome: RequestOutcome) => void): void {
    if (this.#onOutcome !== undefined) throw new Error('A request is under way on this connection.');
    if (this.#lost !== undefined) {
      onOutcome({ kind: 'lost', reason: this.#lost });
      return;
    }
    this.#onOutcome = onOutcome;
    this.#socket.write(request);
  }

  close(): void {
    this.#onOutcome = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    let answer: HttpAnswer | undefined;
    try {
      answer = readHttpAnswer(this.#received);
    } catch (error) {
      this.#lose(error instanceof Error ? error.message : String(error));
      this.#socket.destroy();
      return;
    }
    if (answer === undefined) return;
    this.#received = this.#received.subarray(answer.byteLength);
    this.#finish({ kind: 'answered', answer });
  }

  #lose(reason: string): void {
    this.#lost ??= reason;
    this.#finish({ kind: 'lost', reason: this.#lost });
  }

  #finish(outcome: RequestOutcome): void {
    const onOutcome = this.#onOutcome;
    this.#onOutcome = undefined;
    onOutcome?.(outcome);
  }
}
