/**
 * Owns the registry: one change at a time, durable before any partition decides with it, adopted by all partitions before readers
 * see it. A reader that sees a deployment can therefore send work to it, wherever the work goes.
 */
import type { DeploymentId } from '@holdfast/protocol';
import type { Clock } from '../clock.ts';
import type { AuditRecord } from '../engine/record.ts';
import { type Deployment, EMPTY_REGISTRY, type Registry } from '../engine/registry.ts';
import { PartitionUnavailable, type PartitionPort } from '../partition/port.ts';
import type { Store } from '../store/store.ts';
import { DeploymentError } from './deployment-error.ts';

export interface DeploymentRegistryOptions {
  readonly store: Pick<Store, 'loadRegistry' | 'saveRegistry'>;
  /** All that exist; read for every change. */
  readonly partitions: () => readonly PartitionPort[];
  readonly clock: Clock;
}

export interface RegistryWriter {
  /** The newest snapshot, this writer's own changes included. */
  readonly registry: Registry;
  publish(next: Registry, audit: readonly AuditRecord[]): Promise<void>;
}

const adoptTries = 60;
const adoptRetryMs = 500;

export class DeploymentRegistry {
  readonly #options: DeploymentRegistryOptions;
  #visible: Registry = EMPTY_REGISTRY;
  #newest: Registry = EMPTY_REGISTRY;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: DeploymentRegistryOptions) {
    this.#options = options;
  }

  /** What readers act on: adopted by every partition. */
  get current(): Registry {
    return this.#visible;
  }

  /** Also knows what partitions pin to already although not all have adopted it; for the invoker. */
  findDeployment(id: DeploymentId): Deployment | undefined {
    return this.#newest.deployments.get(id) ?? this.#visible.deployments.get(id);
  }

  /** Loads what is stored and gives it to all partitions. Removals that a crash interrupted are undone. */
  async load(): Promise<void> {
    await this.change(async (writer) => {
      this.#newest = await this.#options.store.loadRegistry();
      const interrupted = [...this.#newest.deployments.values()].filter(
        (one) => one.closing && one.supersededBy === undefined,
      );
      if (interrupted.length === 0) return this.#adopt();
      const deployments = new Map(this.#newest.deployments);
      for (const one of interrupted) deployments.set(one.id, { ...one, closing: false });
      return writer.publish({ ...this.#newest, deployments }, []);
    });
  }

  /** Runs one change after the other; what one decides on cannot move under it. */
  change<T>(act: (writer: RegistryWriter) => Promise<T>): Promise<T> {
    const registry = (): Registry => this.#newest;
    const writer: RegistryWriter = {
      get registry() {
        return registry();
      },
      publish: (next, audit) => this.#publish(next, audit),
    };
    const result = this.#tail.then(() => act(writer));
    this.#tail = result.catch(() => undefined); // Whoever asked for the change hears of its failure.
    return result;
  }

  async #publish(next: Registry, audit: readonly AuditRecord[]): Promise<void> {
    const registry = { ...next, revision: this.#newest.revision + 1 };
    try {
      await this.#options.store.saveRegistry(registry, audit);
    } catch (error) {
      // The outcome may be unknown. What is stored is the truth, whichever it is.
      const stored = await this.#options.store.loadRegistry();
      if (stored.revision !== registry.revision) throw error;
    }
    this.#newest = registry;
    await this.#adopt();
  }

  async #adopt(): Promise<void> {
    const registry = this.#newest;
    await Promise.all(this.#options.partitions().map((partition) => this.#adoptIn(partition, registry)));
    this.#visible = registry;
  }

  /** A partition that restarts meanwhile is asked again: the change is durable, so it must arrive. */
  async #adoptIn(partition: PartitionPort, registry: Registry): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await partition.submit({ kind: 'adoptRegistry', registry });
        return;
      } catch (error) {
        const hopeless = !(error instanceof PartitionUnavailable) || error.code === 'CLOSED';
        if (hopeless || tries === adoptTries) throw unavailable(registry, error);
      }
      await new Promise<void>((resolve) => {
        this.#options.clock.setTimer(adoptRetryMs, resolve);
      });
    }
  }
}

function unavailable(registry: Registry, cause: unknown): DeploymentError {
  return new DeploymentError('REGISTRY_UNAVAILABLE', {
    message: `Revision ${registry.revision} of the registry is stored, but not every partition has taken it.`,
    hint: 'Look into the log of the runtime; the change holds after its next start.',
    details: { revision: registry.revision },
    retry: 'later',
    cause,
  });
}
