import type { InvocationId } from '@holdfast/protocol';
import type { OutboxRecord, StateRecord, TimerRecord } from '../../engine/record.ts';
import { joinBytes } from '../frame-cutter.ts';
import { partitionFenced, storeClosed } from '../store-error.ts';
import type { Batch, Loaded, LoadRequest, PartitionStore } from '../store.ts';
import type { PartitionImage } from './partition-image.ts';
import { never } from './simulated-disk.ts';
import type { SimulatedDisk } from './simulated-disk.ts';

/** What a handle asks its store before each act. */
export interface HandleOwner {
  readonly disk: SimulatedDisk;
  readonly boot: number;
  readonly closed: boolean;
  isCurrent(partition: number, handle: MemoryPartition): boolean;
}

export class MemoryPartition implements PartitionStore {
  readonly #owner: HandleOwner;
  readonly #partition: number;
  #failed = false;

  constructor(owner: HandleOwner, partition: number) {
    this.#owner = owner;
    this.#partition = partition;
  }

  load(request: LoadRequest): Loaded | Promise<Loaded> {
    if (this.#isDead()) return never();
    this.#refuseIfUnusable();
    const { disk } = this.#owner;
    const loading = disk.options.delay?.('load');
    if (loading === undefined) return this.#image().load(request);
    // A database may read at any moment between question and answer. Both ends are the interesting ones.
    const readsFirst = (disk.options.random?.() ?? 0) < 0.5;
    const early = readsFirst ? this.#image().load(request) : undefined;
    return loading.then(() => (this.#isDead() ? never() : (early ?? this.#image().load(request))));
  }

  async commit(batch: Batch): Promise<void> {
    if (this.#isDead()) return never();
    this.#refuseIfUnusable();
    try {
      await this.#owner.disk.write({ kind: 'batch', partition: this.#partition, batch }, batch.durable);
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  async readJournal(
    invocation: InvocationId,
    range: { readonly from: number; readonly to: number },
  ): Promise<Uint8Array> {
    return this.#read((image) => joinBytes(image.journal(invocation).slice(range.from, range.to)).slice());
  }

  async readState(service: string, key: string): Promise<readonly StateRecord[]> {
    return this.#read((image) => image.state(service, key));
  }

  async listDueTimers(now: number, limit: number): Promise<readonly TimerRecord[]> {
    return this.#read((image) => image.timers.slice({ limit }).filter((timer) => timer.fireAt <= now));
  }

  async findNextTimerAt(): Promise<number | undefined> {
    return this.#read((image) => image.timers.first()?.fireAt);
  }

  async listRunning(after: InvocationId | undefined, limit: number): Promise<readonly InvocationId[]> {
    return this.#read((image) => image.running.slice(after === undefined ? { limit } : { after, limit }));
  }

  async listOutbox(limit: number): Promise<readonly OutboxRecord[]> {
    return this.#read((image) => image.outbox.slice({ limit }));
  }

  async #read<Value>(read: (image: PartitionImage) => Value): Promise<Value> {
    if (this.#isDead()) return never();
    this.#refuseIfUnusable();
    const loading = this.#owner.disk.options.delay?.('load');
    if (loading !== undefined) {
      await loading;
      if (this.#isDead()) return never();
    }
    return read(this.#image());
  }

  #image(): PartitionImage {
    return this.#owner.disk.image.partition(this.#partition);
  }

  #isDead(): boolean {
    return this.#owner.boot !== this.#owner.disk.boot;
  }

  #refuseIfUnusable(): void {
    if (this.#owner.closed) throw storeClosed();
    if (this.#failed || !this.#owner.isCurrent(this.#partition, this)) throw partitionFenced(this.#partition);
  }
}
