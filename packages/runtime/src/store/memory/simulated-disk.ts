/**
 * What a memory store keeps its content on. It separates what readers see from what would survive a power loss, so that a simulation can
 * crash a runtime at any moment and find exactly what a real disk might hold: every durable batch, and some prefix of the others.
 *
 * It makes no timers and no randomness of its own; both come from the simulation.
 */
import { EMPTY_REGISTRY } from '../../engine/registry.ts';
import type { Registry } from '../../engine/registry.ts';
import type { AuditRecord } from '../../engine/record.ts';
import { revisionConflict, StoreError } from '../store-error.ts';
import type { Batch } from '../store.ts';
import { PartitionImage } from './partition-image.ts';

export interface SimulatedDiskOptions {
  /** How long each phase takes; `undefined` = no time at all. A commit is visible after `commit` and durable after `sync`. */
  readonly delay?: (phase: 'load' | 'commit' | 'sync') => Promise<void> | undefined;
  /** In [0, 1). Chooses what a crash keeps, and whether a failed commit was applied. */
  readonly random?: () => number;
  /** Asked before each commit; true = it fails, applied or not. */
  readonly commitFails?: () => boolean;
  /** Asked before each write; true = there is no space, and nothing of it is stored. */
  readonly isFull?: () => boolean;
  /** A seeded bug, to prove that the simulation finds it. `ackBeforeSync`: durable commits resolve without being durable. */
  readonly mutant?: 'ackBeforeSync';
}

export type DiskWrite =
  | { readonly kind: 'batch'; readonly partition: number; readonly batch: Batch }
  | { readonly kind: 'registry'; readonly registry: Registry; readonly audit: readonly AuditRecord[] };

export class SimulatedDisk {
  readonly options: SimulatedDiskOptions;
  /** Counts crashes. A store that belongs to an earlier boot is a dead process: nothing that it does ever ends. */
  boot = 0;
  #visible = new DiskImage();
  #durable = new DiskImage();
  /** Applied to `#visible` only, oldest first. */
  #unsynced: DiskWrite[] = [];
  /** Writes ever made durable. */
  #synced = 0;

  constructor(options: SimulatedDiskOptions = {}) {
    this.options = options;
  }

  get image(): DiskImage {
    return this.#visible;
  }

  /** Resolves as a commit does; never when the disk crashed in between. */
  async write(write: DiskWrite, durable: boolean): Promise<void> {
    const boot = this.boot;
    const committing = this.options.delay?.('commit');
    if (committing !== undefined) await committing;
    if (boot !== this.boot) return never();
    if (this.options.isFull?.() ?? false) throw noSpace();
    const fails = this.options.commitFails?.() ?? false;
    if (fails && this.#random() < 0.5) throw outcomeUnknown();
    this.#visible.apply(write);
    this.#unsynced.push(write);
    if (fails) throw outcomeUnknown();
    if (durable && this.options.mutant !== 'ackBeforeSync') await this.#sync(boot);
  }

  /** Power loss: what was not synced is gone, except for a prefix of it. */
  crash(): void {
    const kept = Math.floor(this.#random() * (this.#unsynced.length + 1));
    for (const write of this.#unsynced.slice(0, kept)) this.#durable.apply(write);
    this.#unsynced = [];
    this.#visible = this.#durable.clone();
    this.boot += 1;
  }

  async #sync(boot: number): Promise<void> {
    // A sync covers what was written before it began, whoever wrote it.
    const through = this.#synced + this.#unsynced.length;
    const syncing = this.options.delay?.('sync');
    if (syncing !== undefined) await syncing;
    if (boot !== this.boot) return never();
    for (const write of this.#unsynced.splice(0, Math.max(0, through - this.#synced))) {
      this.#durable.apply(write);
      this.#synced += 1;
    }
  }

  #random(): number {
    return this.options.random?.() ?? 0;
  }
}

export class DiskImage {
  readonly #partitions: Map<number, PartitionImage>;
  registry: Registry;
  /** Oldest first. */
  readonly audit: AuditRecord[];

  constructor(origin?: DiskImage) {
    this.#partitions = new Map();
    for (const [index, partition] of origin ? origin.#partitions : []) {
      this.#partitions.set(index, new PartitionImage(partition));
    }
    this.registry = origin?.registry ?? EMPTY_REGISTRY;
    this.audit = [...(origin?.audit ?? [])];
  }

  clone(): DiskImage {
    return new DiskImage(this);
  }

  partition(index: number): PartitionImage {
    const found = this.#partitions.get(index) ?? new PartitionImage();
    this.#partitions.set(index, found);
    return found;
  }

  partitions(): readonly PartitionImage[] {
    return [...this.#partitions.entries()].toSorted(([a], [b]) => a - b).map(([, image]) => image);
  }

  apply(write: DiskWrite): void {
    if (write.kind === 'batch') {
      this.partition(write.partition).apply(write.batch);
      this.audit.push(...write.batch.audit);
      return;
    }
    if (write.registry.revision !== this.registry.revision + 1) {
      throw revisionConflict({ stored: this.registry.revision, offered: write.registry.revision });
    }
    this.registry = write.registry;
    this.audit.push(...write.audit);
  }
}

/** The rest of a dead process: it neither goes on nor fails. */
export function never(): Promise<never> {
  return new Promise(() => {});
}

function noSpace(): StoreError {
  return new StoreError('STORE_FULL', {
    message: 'There is no space left; the batch was rolled back.',
    hint: 'Free some space.',
    retry: 'later',
  });
}

function outcomeUnknown(): StoreError {
  return new StoreError('STORE_OUTCOME_UNKNOWN', {
    message: 'The commit failed, and it is not known whether the batch was stored.',
    hint: 'Open the partition again and read what is stored.',
    retry: 'later',
  });
}
