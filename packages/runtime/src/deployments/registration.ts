/**
 * Registers what answers at an address. It always looks: an address is where a deployment is, not what it is. The same content at the
 * same address is the same deployment; other content there is another deployment, which is refused while the one before it
 * still holds work, because that work would be continued by code it was not written with.
 */
import type { DeploymentId } from '@holdfast/protocol';
import type { Operator } from '../engine/command.ts';
import type { AuditRecord } from '../engine/record.ts';
import type { Deployment, Registry } from '../engine/registry.ts';
import { auditRow } from './audit-row.ts';
import { DeploymentError } from './deployment-error.ts';
import type { DeploymentParts } from './deployment-parts.ts';
import { checkMetadata, checkPlace } from './deployment-request.ts';
import { describeDeployment, listAtAddress } from './describe-deployment.ts';
import type { RegistryWriter } from './deployment-registry.ts';
import { manifestIdentity } from './fingerprint.ts';
import { listManifestDifferences } from './manifest-difference.ts';
import { listServicesOf, withCurrent, withDeployment, withoutDeployment } from './registry-change.ts';
import { countWork, describeWork, holdsWork } from './work-count.ts';

export interface RegisterRequest {
  readonly uri: string;
  /** `undefined`: HTTP/2, or what a TLS server chooses. */
  readonly http1?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Accept that a service changes its kind. */
  readonly breaking?: boolean;
  /** Also accept that the address now serves other content than its pinned work was accepted under. */
  readonly force?: boolean;
  readonly dryRun?: boolean;
  /**
   * Make it current for its services. The default for content that is new at its address, and only for that: a service that
   * registers itself whenever it starts must not roll everybody back to its version.
   */
  readonly promote?: boolean;
}

export interface Registered {
  readonly deployment: Deployment;
  /** `existing`: the same content was registered at this address before. */
  readonly outcome: 'created' | 'existing' | 'dryRun';
  /** Deployments whose address now serves this one. */
  readonly superseded: readonly DeploymentId[];
  /** After the change; of a dry run, as it would be. */
  readonly registry: Registry;
}

export async function registerDeployment(
  parts: DeploymentParts,
  request: RegisterRequest,
  operator: Operator,
): Promise<Registered> {
  const place = checkPlace({ uri: request.uri, headers: request.headers ?? {} });
  const metadata = checkMetadata(request.metadata ?? {});
  const discovered = await parts.discover({ address: place.address, http1: request.http1, headers: place.headers });
  const deployment = describeDeployment(parts, place, { discovered, metadata });
  return parts.registry.change((writer) => new Registration(parts, request, operator, writer).run(deployment));
}

class Registration {
  readonly #parts: DeploymentParts;
  readonly #request: RegisterRequest;
  readonly #operator: Operator;
  readonly #writer: RegistryWriter;

  constructor(parts: DeploymentParts, request: RegisterRequest, operator: Operator, writer: RegistryWriter) {
    this.#parts = parts;
    this.#request = request;
    this.#operator = operator;
    this.#writer = writer;
  }

  async run(found: Deployment): Promise<Registered> {
    const before = this.#writer.registry;
    const neighbours = listAtAddress(this.#parts, before, found);
    const same = neighbours.find((one) => manifestIdentity(one.manifest) === manifestIdentity(found.manifest));
    const deployment = same === undefined ? found : refresh(same, found);
    if (same === undefined) this.#refuseMovedTwin(found);
    this.#refuseKindChange(deployment);
    const replaced = neighbours.filter((one) => one.id !== deployment.id);
    const superseded = replaced.map((one) => one.id);
    let busy = await this.#listBusy(replaced);
    if (busy.length > 0 && this.#request.force !== true) throw await this.#addressInUse(busy, found);

    const promote = this.#request.promote ?? (same === undefined || replaced.length > 0);
    if (this.#request.dryRun === true) {
      const registry = place(before, { deployment, promote, replaced, busy });
      return { deployment, outcome: 'dryRun', superseded, registry };
    }
    const idle = replaced.filter((one) => !busy.includes(one));
    if (idle.length > 0) busy = [...busy, ...(await this.#closeIdle(idle, found))];
    const next = place(this.#writer.registry, { deployment, promote, replaced, busy });
    const outcome = same === undefined ? 'created' : 'existing';
    if (outcome === 'created' || !isSameRegistry(before, next, deployment.id)) {
      await this.#writer.publish(next, this.#audit(before, next, deployment));
    }
    return { deployment, outcome, superseded, registry: this.#writer.registry };
  }

  /** An idle deployment could be given work in the very moment it is replaced. It is closed first, then looked at again. */
  async #closeIdle(idle: readonly Deployment[], found: Deployment): Promise<readonly Deployment[]> {
    const { registry } = this.#writer;
    const close = (closing: boolean): Registry => {
      let next = registry;
      for (const one of idle) next = withDeployment(next, { ...one, closing });
      return next;
    };
    await this.#writer.publish(close(true), []);
    const busy = await this.#listBusy(idle);
    if (busy.length === 0 || this.#request.force === true) return busy;
    await this.#writer.publish(close(false), []);
    throw await this.#addressInUse(busy, found);
  }

  async #listBusy(deployments: readonly Deployment[]): Promise<readonly Deployment[]> {
    const busy: Deployment[] = [];
    for (const one of deployments) {
      if (holdsWork(await countWork(this.#parts.partitions(), one.id))) busy.push(one);
    }
    return busy;
  }

  async #addressInUse(busy: readonly Deployment[], found: Deployment): Promise<DeploymentError> {
    const [first = found] = busy;
    const work = await countWork(this.#parts.partitions(), first.id);
    const differences = listManifestDifferences(first.manifest, found.manifest, 10);
    return new DeploymentError('DEPLOYMENT_ADDRESS_IN_USE', {
      message: `${found.address.uri} now serves other content than deployment ${first.id}, which still holds work there: ${describeWork(work)}.`,
      hint: 'Serve the new version at an address of its own. Or wait until the old one is drained; or, if the change cannot hurt the work in flight, repeat with force.',
      details: { address: found.address.uri, deployment: first.id, work, differences },
      retry: 'later',
    });
  }

  #refuseKindChange(deployment: Deployment): void {
    if (this.#request.breaking === true || this.#request.force === true) return;
    for (const service of deployment.services.values()) {
      const route = this.#writer.registry.services.get(service.name);
      if (route === undefined || route.kind === service.kind) continue;
      throw new DeploymentError('SERVICE_KIND_CHANGED', {
        message: `${service.name} is registered as ${route.kind} (deployment ${route.current}); at ${deployment.address.uri} it is ${service.kind}.`,
        hint: 'Give the service another name, or repeat with breaking: its callers may have to change.',
        details: { service: service.name, registered: route.kind, found: service.kind, current: route.current },
      });
    }
  }

  /** The same manifest was born here and lives elsewhere since its address was edited. */
  #refuseMovedTwin(found: Deployment): void {
    const twin = this.#writer.registry.deployments.get(found.id);
    if (twin === undefined) return;
    throw new DeploymentError('DEPLOYMENT_ADDRESS_MOVED', {
      message: `Deployment ${twin.id} was registered at ${found.address.uri} and moved to ${twin.address.uri} later.`,
      hint: 'Move it back by editing its address, or remove it first.',
      details: { deployment: twin.id, address: twin.address.uri },
    });
  }

  #audit(before: Registry, next: Registry, deployment: Deployment): readonly AuditRecord[] {
    const now = this.#parts.clock.now();
    const current = (registry: Registry): Readonly<Record<string, string>> =>
      Object.fromEntries(
        [...deployment.services.keys()].map((name) => [name, registry.services.get(name)?.current ?? 'none']),
      );
    return [
      auditRow('deployment.register', deployment.id, this.#operator, {
        now,
        before: { current: current(before), known: before.deployments.has(deployment.id) },
        after: { current: current(next), address: deployment.address.uri, force: this.#request.force === true },
      }),
    ];
  }
}

/** What held the address before and still has work stays, marked; what has none goes: its code is no longer to be had. */
function place(
  registry: Registry,
  change: {
    readonly deployment: Deployment;
    readonly promote: boolean;
    readonly replaced: readonly Deployment[];
    readonly busy: readonly Deployment[];
  },
): Registry {
  const { deployment } = change;
  let next = withDeployment(registry, deployment);
  if (change.promote) next = withCurrent(next, deployment);
  for (const one of change.replaced) {
    next = change.busy.includes(one)
      ? withDeployment(next, { ...one, closing: true, supersededBy: deployment.id })
      : withoutDeployment(next, one.id);
  }
  return next;
}

/** The stored deployment keeps its identity and birth; what does not belong to identity follows the new request. */
function refresh(stored: Deployment, found: Deployment): Deployment {
  const { supersededBy: _, ...rest } = stored;
  return {
    ...rest,
    closing: false,
    headers: found.headers,
    metadata: { ...stored.metadata, ...found.metadata },
    sdk: found.sdk,
  };
}

function isSameRegistry(before: Registry, next: Registry, id: DeploymentId): boolean {
  const picture = (registry: Registry): string => {
    const { closing, headers, metadata, sdk, supersededBy } = registry.deployments.get(id) ?? {};
    const routes = listServicesOf(registry, id).map((route) => route.name);
    return JSON.stringify([registry.deployments.size, closing, headers, metadata, sdk, supersededBy, routes]);
  };
  return picture(before) === picture(next);
}
