/** What a partition is made of, and what it reports. */
import type { Clock } from '../clock.ts';
import type { EngineCommand } from '../engine/command.ts';
import type { PartitionMessage } from '../engine/record.ts';
import type { Registry } from '../engine/registry.ts';
import type { PartitionStore } from '../store/store.ts';
import type { CacheLimits } from './cached-view.ts';
import type { AttemptPort, PartitionPort, PartitionReads } from './port.ts';

export interface PartitionOptions {
  readonly index: number;
  readonly count: number;
  /** Takes hold of the partition's records. Again after a failed commit: only a new handle knows what is stored. */
  readonly openStore: () => Promise<PartitionStore>;
  readonly registry: Registry;
  readonly clock: Clock;
  /** Runs a callback after the I/O of this turn, so that what arrives together is batched together. */
  readonly defer: (callback: () => void) => void;
  readonly createAttempts: (partition: PartitionPort & PartitionReads) => AttemptPort;
  /** Hands a message to its partition; resolves to the highest sequence applied there durably. */
  readonly deliver: (
    target: number,
    command: { source: number; sequence: number; message: PartitionMessage },
  ) => Promise<number>;
  readonly limits?: Partial<PartitionLimits>;
  readonly cache?: CacheLimits;
  readonly onProblem: (problem: PartitionProblem) => void;
}

export interface PartitionLimits {
  /** Commands of callers that may wait; beyond, they are refused as overload. Commands that finish work are never refused. */
  readonly queueMax: number;
  readonly batchCommandsMax: number;
}

/** For the log. `commitFailed` restarts the partition, `commandFailed` is a bug that was confined to one command. */
export interface PartitionProblem {
  readonly kind: 'commitFailed' | 'commandFailed' | 'recoveryFailed' | 'timersFailed';
  readonly partition: number;
  readonly error: unknown;
  readonly command?: EngineCommand['kind'];
}

export interface PartitionStatistics {
  commands: number;
  /** Commands that ran again because something was not loaded. */
  reruns: number;
  commits: number;
  syncs: number;
}
