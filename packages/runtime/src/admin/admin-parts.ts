import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import type { Clock } from '../clock.ts';
import type { Deployments } from '../deployments/deployments.ts';
import type { Registry } from '../engine/registry.ts';
import type { DeploymentHold, PartitionReads, Partitions } from '../partition/port.ts';
import type { StoreTrouble } from '../store-health.ts';
import type { DeploymentBlocker } from '../store/store.ts';
import type { Log } from '../telemetry/log.ts';

/** What the routes of the admin API work with. */
export interface AdminParts {
  /** Undefined until every partition has read its store. */
  readonly findPartitions: () => AdminPartitions | undefined;
  readonly deployments: Deployments;
  /** Undefined until the registry is loaded. */
  readonly findRegistry: () => Registry | undefined;
  /** Everything is loaded and the ingress listens. */
  readonly isReady: () => boolean;
  /** What keeps the store from confirming writes; undefined when it works. */
  readonly findTrouble: () => Promise<StoreTrouble | undefined>;
  /** Undefined when the endpoint of the deployment can be reached, for all that is known. */
  readonly findHold: (deployment: DeploymentId) => DeploymentHold | undefined;
  /** True for an invocation whose attempt is ordered and not opened yet. */
  readonly isWaiting: (invocation: InvocationId) => boolean;
  readonly listBlockers: (deployment: DeploymentId, limit: number) => Promise<readonly DeploymentBlocker[]>;
  /** Runs read-only SQL; values are bound to `?` in order. */
  readonly runQuery: (sql: string, values?: readonly string[]) => Promise<QueryRows>;
  readonly clock: Clock;
  readonly log: Log;
  readonly makeEntropy: (bytes: number) => Uint8Array;
  readonly version: string;
  /** Where callers reach the ingress; undefined until it listens. */
  readonly findIngressUrl: () => string | undefined;
  readonly bodyBytesMax: number;
}

export interface AdminPartitions extends Partitions {
  readsOf(id: InvocationId): PartitionReads;
}

export interface QueryRows {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** More rows matched than are answered. */
  readonly truncated: boolean;
}
