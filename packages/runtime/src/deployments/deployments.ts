import { type DeploymentId, type ProtocolVersionRange, supportedProtocolVersions } from '@holdfast/protocol';
import { type Clock, systemClock } from '../clock.ts';
import type { Operator } from '../engine/command.ts';
import type { Deployment, ServiceRoute } from '../engine/registry.ts';
import type { PartitionPort } from '../partition/port.ts';
import type { Store } from '../store/store.ts';
import type { DeploymentParts } from './deployment-parts.ts';
import { DeploymentRegistry } from './deployment-registry.ts';
import { type DeploymentPatch, updateDeployment } from './deployment-update.ts';
import { createDiscover, type Discover } from './discover.ts';
import { getDeployment } from './get-deployment.ts';
import { type HandlerDefaults, handlerDefaults } from './handler-defaults.ts';
import { promoteDeployment } from './promotion.ts';
import { type Registered, registerDeployment, type RegisterRequest } from './registration.ts';
import { type Removed, removeDeployment } from './removal.ts';
import { type ServicePatch, updateService } from './service-update.ts';
import { countWork, type WorkCount } from './work-count.ts';

export interface DeploymentsOptions {
  readonly store: Pick<Store, 'loadRegistry' | 'saveRegistry' | 'listBlockers'>;
  readonly partitions: () => readonly PartitionPort[];
  readonly clock?: Clock;
  readonly discover?: Discover;
  readonly handlerDefaults?: Partial<HandlerDefaults>;
  readonly protocolVersions?: ProtocolVersionRange;
  readonly routingHeaders?: readonly string[];
}

/** Everything that operators do with deployments and services. Every method throws `DeploymentError` for what is expected. */
export class Deployments {
  readonly registry: DeploymentRegistry;
  readonly #parts: DeploymentParts;

  constructor(options: DeploymentsOptions) {
    const clock = options.clock ?? systemClock;
    this.registry = new DeploymentRegistry({ store: options.store, partitions: options.partitions, clock });
    this.#parts = {
      registry: this.registry,
      store: options.store,
      partitions: options.partitions,
      clock,
      discover: options.discover ?? createDiscover({ clock }),
      handlerDefaults: { ...handlerDefaults, ...options.handlerDefaults },
      protocolVersions: options.protocolVersions ?? supportedProtocolVersions,
      routingHeaders: (options.routingHeaders ?? []).map((name) => name.toLowerCase()),
    };
  }

  register(request: RegisterRequest, operator: Operator): Promise<Registered> {
    return registerDeployment(this.#parts, request, operator);
  }

  promote(id: DeploymentId, operator: Operator, services?: readonly string[]): Promise<Deployment> {
    return promoteDeployment(this.#parts, { id, ...(services === undefined ? {} : { services }) }, operator);
  }

  update(id: DeploymentId, patch: DeploymentPatch, operator: Operator): Promise<Deployment> {
    return updateDeployment(this.#parts, { id, patch }, operator);
  }

  async remove(id: DeploymentId, options: { readonly force: boolean }, operator: Operator): Promise<Removed> {
    return removeDeployment(this.#parts, { id, force: options.force }, operator);
  }

  updateService(name: string, patch: ServicePatch, operator: Operator): Promise<ServiceRoute> {
    return updateService(this.#parts, { name, patch }, operator);
  }

  get(id: DeploymentId): Deployment {
    return getDeployment(this.registry.current, id);
  }

  countWork(id: DeploymentId): Promise<WorkCount> {
    return countWork(this.#parts.partitions(), id);
  }
}
