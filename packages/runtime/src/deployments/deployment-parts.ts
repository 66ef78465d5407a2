import type { ProtocolVersionRange } from '@holdfast/protocol';
import type { Clock } from '../clock.ts';
import type { PartitionPort } from '../partition/port.ts';
import type { Store } from '../store/store.ts';
import type { DeploymentRegistry } from './deployment-registry.ts';
import type { Discover } from './discover.ts';
import type { HandlerDefaults } from './handler-defaults.ts';

/** What acts on deployments work with. */
export interface DeploymentParts {
  readonly registry: DeploymentRegistry;
  readonly store: Pick<Store, 'listBlockers'>;
  readonly partitions: () => readonly PartitionPort[];
  readonly clock: Clock;
  readonly discover: Discover;
  readonly handlerDefaults: HandlerDefaults;
  /** What new invocations may be pinned to. */
  readonly protocolVersions: ProtocolVersionRange;
  /** Lower-case names of headers that choose what answers at an address. */
  readonly routingHeaders: readonly string[];
}
