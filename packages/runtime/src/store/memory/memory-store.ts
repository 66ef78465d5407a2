/**
 * A store in maps. Tests use it as it is; the simulation gives it a disk that can be slow, fail and crash. It keeps the same contract as
 * the store on SQLite, and the same suite checks both.
 */
import type { DeploymentId } from '@holdfast/protocol';
import type { AuditRecord } from '../../engine/record.ts';
import type { Registry } from '../../engine/registry.ts';
import { blocksRemoval } from '../blocks-removal.ts';
import { storeClosed } from '../store-error.ts';
import type { DeploymentBlocker, PartitionStore, Store } from '../store.ts';
import { MemoryPartition } from './memory-partition.ts';
import { never, SimulatedDisk } from './simulated-disk.ts';

/** Opens the content of `disk`, or of a new one. */
export function openMemoryStore(disk: SimulatedDisk = new SimulatedDisk()): MemoryStore {
  return new MemoryStore(disk);
}

export class MemoryStore implements Store {
  readonly disk: SimulatedDisk;
  readonly boot: number;
  closed = false;
  readonly #handles = new Map<number, MemoryPartition>();

  constructor(disk: SimulatedDisk) {
    this.disk = disk;
    this.boot = disk.boot;
  }

  /** Power loss: this store is a dead process from now on; the returned one is its successor on the same disk. */
  crash(): MemoryStore {
    this.disk.crash();
    return new MemoryStore(this.disk);
  }

  isCurrent(partition: number, handle: MemoryPartition): boolean {
    return this.#handles.get(partition) === handle;
  }

  async openPartition(partition: number): Promise<PartitionStore> {
    await this.#refuseIfUnusable();
    const handle = new MemoryPartition(this, partition);
    this.#handles.set(partition, handle);
    return handle;
  }

  async loadRegistry(): Promise<Registry> {
    await this.#refuseIfUnusable();
    return this.disk.image.registry;
  }

  async saveRegistry(registry: Registry, audit: readonly AuditRecord[]): Promise<void> {
    await this.#refuseIfUnusable();
    await this.disk.write({ kind: 'registry', registry, audit }, true);
  }

  async listBlockers(deployment: DeploymentId, limit: number): Promise<readonly DeploymentBlocker[]> {
    await this.#refuseIfUnusable();
    const blockers: DeploymentBlocker[] = [];
    for (const image of this.disk.image.partitions()) {
      for (const record of image.invocations()) {
        if (blockers.length >= limit) return blockers;
        if (record.pin.deployment === deployment && blocksRemoval(record)) {
          blockers.push({ invocation: record.id, record });
        }
      }
    }
    return blockers;
  }

  async listAudit(query: { readonly subject?: string; readonly limit: number }): Promise<readonly AuditRecord[]> {
    await this.#refuseIfUnusable();
    const matching = this.disk.image.audit.filter(
      (record) => query.subject === undefined || record.subject === query.subject,
    );
    return matching.toReversed().slice(0, query.limit);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #refuseIfUnusable(): Promise<never> | undefined {
    if (this.boot !== this.disk.boot) return never();
    if (this.closed) throw storeClosed();
    return undefined;
  }
}
