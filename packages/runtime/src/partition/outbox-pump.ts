/**
 * Carries outbox rows to their partitions: in order per target, again and again until the receiver has them on disk. The receiver drops
 * repeats, so a crash on either side only repeats a message.
 */
import type { Clock, Timer } from '../clock.ts';
import type { DeliverMessage } from '../engine/effect.ts';
import type { OutboxRecord } from '../engine/record.ts';
import type { PartitionStore } from '../store/store.ts';

const LIST_MAX = 1_000;
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 5_000;

type Row = Pick<OutboxRecord, 'target' | 'sequence' | 'message'>;

export interface OutboxPumpParts {
  readonly store: () => PartitionStore;
  readonly clock: Clock;
  /** Resolves to the highest sequence that the target has applied durably. */
  readonly deliver: (row: Row) => Promise<number>;
  readonly confirm: (row: Row) => Promise<unknown>;
}

interface Lane {
  readonly rows: Row[];
  running: boolean;
  /** The store may hold rows that are not listed here. */
  backlog: boolean;
}

export class OutboxPump {
  readonly #parts: OutboxPumpParts;
  #lanes = new Map<number, Lane>();
  #retries = new Set<Timer>();

  constructor(parts: OutboxPumpParts) {
    this.#parts = parts;
  }

  push(effect: DeliverMessage): void {
    this.#enqueue(effect);
  }

  /** Reads from the store what is left to deliver. */
  async restart(): Promise<void> {
    this.stop();
    const lanes = this.#lanes;
    const rows = await this.#parts.store().listOutbox(LIST_MAX);
    if (this.#lanes === lanes) for (const row of rows) this.#enqueue(row);
  }

  stop(): void {
    this.#lanes = new Map();
    for (const timer of this.#retries) timer.cancel();
    this.#retries = new Set();
  }

  #enqueue(row: Row): void {
    const lane = this.#lanes.get(row.target) ?? { rows: [], running: false, backlog: true };
    this.#lanes.set(row.target, lane);
    lane.rows.push(row);
    if (!lane.running) void this.#run(row.target, lane);
  }

  async #run(target: number, lane: Lane): Promise<void> {
    lane.running = true;
    let delayMs = RETRY_MIN_MS;
    while (this.#lanes.get(target) === lane) {
      const row = lane.rows[0];
      if (row === undefined && !lane.backlog) break;
      // After a gap, rows below this one are still in the store: a backlog longer than one listing.
      const delivered = row === undefined ? 'gap' : await this.#deliver(row);
      const outcome = delivered === 'gap' ? await this.#relist(target, lane) : delivered;
      if (this.#lanes.get(target) !== lane) return;
      if (outcome === 'failed') {
        await this.#pause(delayMs);
        delayMs = Math.min(delayMs * 2, RETRY_MAX_MS);
      } else {
        if (outcome === 'confirmed' && row !== undefined) remove(lane, row.sequence);
        delayMs = RETRY_MIN_MS;
      }
    }
    lane.running = false;
  }

  async #deliver(row: Row): Promise<'confirmed' | 'gap' | 'failed'> {
    try {
      const through = await this.#parts.deliver(row);
      if (through < row.sequence) return 'gap';
      await this.#parts.confirm(row);
      return 'confirmed';
    } catch {
      return 'failed';
    }
  }

  async #relist(target: number, lane: Lane): Promise<'listed' | 'failed'> {
    let listed: readonly OutboxRecord[];
    try {
      listed = await this.#parts.store().listOutbox(LIST_MAX);
    } catch {
      // Nothing is lost: the rows are in the store, and are read again when it can be read.
      return 'failed';
    }
    if (this.#lanes.get(target) !== lane) return 'listed';
    const rows = listed.filter((row) => row.target === target);
    lane.backlog = rows.length === LIST_MAX;
    const known = new Map([...rows, ...lane.rows].map((row) => [row.sequence, row]));
    lane.rows.splice(0, Infinity, ...[...known.values()].toSorted((a, b) => a.sequence - b.sequence));
    return 'listed';
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer: Timer = this.#parts.clock.setTimer(delayMs, () => {
        this.#retries.delete(timer);
        resolve();
      });
      this.#retries.add(timer);
    });
  }
}

function remove(lane: Lane, sequence: number): void {
  const index = lane.rows.findIndex((row) => row.sequence === sequence);
  if (index >= 0) lane.rows.splice(index, 1);
}
