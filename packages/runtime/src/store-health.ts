/**
 * Knows whether the store confirms writes. A failed commit makes it doubtful; from then on whoever asks for the health of the runtime has it
 * tried: after a failure a partition answers a read only once a write of its own is durable, so one answer proves that the disk works again.
 */
import { workflowInvocationId } from '@holdfast/protocol';
import type { Clock } from './clock.ts';
import type { PartitionPort } from './partition/port.ts';
import type { PartitionProblem } from './partition/partition-options.ts';

export interface StoreTrouble {
  /** Epoch ms of the first failure since it last worked. */
  readonly since: number;
  readonly message: string;
  readonly code: string;
}

export interface StoreHealthOptions {
  readonly clock: Clock;
  /** Longest wait for the try; what takes longer counts as trouble. */
  readonly probeMs: number;
}

// Asked for, never stored: the try is a read.
const probeId = workflowInvocationId({ name: 'holdfast.health', key: '' });

export class StoreHealth {
  readonly #options: StoreHealthOptions;
  #trouble: StoreTrouble | undefined;

  constructor(options: StoreHealthOptions) {
    this.#options = options;
  }

  note(problem: PartitionProblem): void {
    if (problem.kind !== 'commitFailed' && problem.kind !== 'recoveryFailed') return;
    const { error } = problem;
    this.#trouble = {
      since: this.#trouble?.since ?? this.#options.clock.now(),
      message: error instanceof Error ? error.message : String(error),
      code: error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'INTERNAL',
    };
  }

  /** Undefined when the store works. Costs nothing while nothing has failed. */
  async findTrouble(partitions: readonly PartitionPort[]): Promise<StoreTrouble | undefined> {
    const trouble = this.#trouble;
    if (trouble === undefined) return undefined;
    const works = await this.#answersInTime(partitions);
    // A failure that was noted meanwhile stands.
    if (works && this.#trouble === trouble) this.#trouble = undefined;
    return this.#trouble;
  }

  #answersInTime(partitions: readonly PartitionPort[]): Promise<boolean> {
    return new Promise((resolve) => {
      const late = this.#options.clock.setTimer(this.#options.probeMs, () => resolve(false));
      const tries = partitions.map((one) => one.submit({ kind: 'describe', invocation: probeId }));
      Promise.all(tries).then(
        () => resolve(true),
        () => resolve(false),
      );
      void Promise.allSettled(tries).then(() => late.cancel());
    });
  }
}
