import type { Notification } from '@holdfast/protocol/wire';
import type { Intent } from './intent.ts';
import type { Leaf } from './leaf.ts';
import type { LeafTable } from './leaf-table.ts';
import type { Slot } from './slot.ts';

/** The signal by which a runtime asks an invocation to stop. */
export const cancelSignal = 1;

export interface CancellationPort {
  readonly leaves: LeafTable;
  /** A completion that has arrived and waits for its turn. */
  readonly findArrived: (completionId: number) => Notification | undefined;
  readonly issue: (intent: Intent) => void;
}

/**
 * A cancellation goes down before it goes up: first every called invocation that has not answered is asked to stop, then whoever waits hears it. Each
 * callee is asked once; a second cancellation speaks to the calls made since.
 */
export class Cancellation {
  readonly #port: CancellationPort;
  #calls: Slot[] = [];
  #active = false;

  constructor(port: CancellationPort) {
    this.#port = port;
  }

  track(call: Slot): void {
    this.#calls.push(call);
  }

  /** Waiting for the id of a callee: nothing else is delivered meanwhile. */
  get active(): boolean {
    return this.#active;
  }

  begin(): void {
    this.#active = true;
    this.#calls = this.#calls.filter(({ result }) => result.result === undefined);
    for (const { invocationId } of this.#calls) {
      const arrived =
        invocationId.waitsFor?.kind === 'completion' ? this.#port.findArrived(invocationId.waitsFor.id) : undefined;
      if (arrived !== undefined) this.#port.leaves.settleLeaf(invocationId, arrived.result);
    }
    this.proceed();
  }

  waitsFor(notification: Notification): boolean {
    const { id } = notification;
    return (
      this.#active &&
      id.kind === 'completion' &&
      this.missing().some(({ waitsFor }) => waitsFor?.kind === 'completion' && waitsFor.id === id.id)
    );
  }

  missing(): readonly Leaf[] {
    if (!this.#active) return [];
    return this.#calls.map(({ invocationId }) => invocationId).filter(({ result }) => result === undefined);
  }

  /** Tells the callees and whoever waits, once all ids are known. */
  proceed(): void {
    if (!this.#active || this.missing().length > 0) return;
    const calls = this.#calls;
    this.#calls = [];
    this.#active = false;
    for (const { invocationId } of calls) {
      if (invocationId.result?.kind !== 'invocationId') continue;
      this.#port.issue({
        kind: 'sendSignal',
        name: '',
        target: invocationId.result.invocationId,
        signal: { kind: 'signal', id: cancelSignal },
        result: { kind: 'void' },
      });
    }
    this.#port.leaves.cancelAll();
  }
}
