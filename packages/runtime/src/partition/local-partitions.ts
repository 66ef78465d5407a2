/** All partitions of a runtime in one process. */
import { partitionOf, partitionOfKey } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import type { Partition } from './partition.ts';
import type { PartitionPort, PartitionReads, Partitions } from './port.ts';

export class LocalPartitions implements Partitions {
  readonly #partitions: readonly Partition[];

  constructor(partitions: readonly Partition[]) {
    this.#partitions = partitions;
  }

  ofInvocation(id: InvocationId): PartitionPort {
    return this.#at(partitionOf(id, this.#partitions.length));
  }

  readsOf(id: InvocationId): PartitionReads {
    return this.#at(partitionOf(id, this.#partitions.length));
  }

  ofKey(service: string, key: string): PartitionPort {
    return this.#at(partitionOfKey(service, key, this.#partitions.length));
  }

  all(): readonly Partition[] {
    return this.#partitions;
  }

  #at(index: number): Partition {
    const partition = this.#partitions[index];
    if (partition === undefined) throw new RangeError(`There is no partition ${index}.`);
    return partition;
  }
}
