import type { ServerResponse } from 'node:http';
import type { InvocationId, Result } from '@holdfast/protocol';
import type { PartitionPort } from '../partition/port.ts';

/** How waiting for an invocation ended. `restarted`: the partition lost its waiters, ask again. */
export type WaitEnd =
  | { readonly kind: 'completed'; readonly result: Result }
  | { readonly kind: 'restarted' }
  | { readonly kind: 'callerGone' }
  | { readonly kind: 'shuttingDown' };

export interface Wait {
  readonly ended: Promise<WaitEnd>;
  stop(): void;
}

/**
 * Callers that wait for an invocation. A wait is registered before the command that may complete the invocation is submitted:
 * whatever completes after that is seen, also if it is before the command's own reply.
 */
export class Callers {
  readonly #stops = new Set<() => void>();
  #closed = false;

  get count(): number {
    return this.#stops.size;
  }

  wait(partition: PartitionPort, invocation: InvocationId, response: ServerResponse): Wait {
    let stop = (): void => undefined;
    const ended = new Promise<WaitEnd>((resolve) => {
      const finish = (end: WaitEnd): void => {
        this.#stops.delete(shutDown);
        response.off('close', callerGone);
        stopListening();
        resolve(end);
      };
      const callerGone = (): void => finish({ kind: 'callerGone' });
      const shutDown = (): void => finish({ kind: 'shuttingDown' });
      const stopListening = partition.onCompleted(invocation, (result) =>
        finish(result === undefined ? { kind: 'restarted' } : { kind: 'completed', result }),
      );
      stop = callerGone;
      response.once('close', callerGone);
      this.#stops.add(shutDown);
      if (this.#closed) shutDown();
      else if (response.destroyed) callerGone();
    });
    return { ended, stop: () => stop() };
  }

  /** Ends all waits; those that begin later end at once. */
  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
  }
}
