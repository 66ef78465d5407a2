/**
 * Removes a deployment when nothing hangs on it. It is closed first and every partition must have taken that in: only then does a
 * count of zero stay zero. Whoever insists removes it with its work, which then waits for ever, on the record.
 */
import type { DeploymentId } from '@holdfast/protocol';
import type { Operator } from '../engine/command.ts';
import type { Deployment, Registry } from '../engine/registry.ts';
import { auditRow } from './audit-row.ts';
import { DeploymentError } from './deployment-error.ts';
import type { DeploymentParts } from './deployment-parts.ts';
import type { RegistryWriter } from './deployment-registry.ts';
import { getDeployment } from './get-deployment.ts';
import { findSuccessor, listServicesOf, withDeployment, withoutDeployment } from './registry-change.ts';
import { countWork, describeWork, holdsWork, type WorkCount } from './work-count.ts';

const blockersShown = 20;

export interface Removed {
  readonly deployment: Deployment;
  /** Work that it held; not zero only when forced. */
  readonly work: WorkCount;
}

export function removeDeployment(
  parts: DeploymentParts,
  removal: { readonly id: DeploymentId; readonly force: boolean },
  operator: Operator,
): Promise<Removed> {
  if (removal.force && operator.reason === '') {
    throw new DeploymentError('REASON_REQUIRED', {
      message: `Removing deployment ${removal.id} by force needs a reason: work that it holds cannot finish afterwards.`,
      hint: 'Repeat with --reason "…", or the header x-holdfast-reason.',
      details: { deployment: removal.id },
    });
  }
  return parts.registry.change(async (writer) => {
    const before = writer.registry;
    const deployment = getDeployment(before, removal.id);
    if (!removal.force) refuseLosingServices(before, deployment);
    await writer.publish(withDeployment(before, { ...deployment, closing: true }), []);
    let work: WorkCount;
    try {
      work = await countWork(parts.partitions(), deployment.id);
      if (holdsWork(work) && !removal.force) throw await inUse(parts, deployment, work);
    } catch (error) {
      await reopen(writer, deployment);
      throw error;
    }
    await writer.publish(withoutDeployment(writer.registry, deployment.id), [
      auditRow('deployment.remove', deployment.id, operator, {
        now: parts.clock.now(),
        before: { address: deployment.address.uri, fingerprint: deployment.fingerprint, work },
        after: { force: removal.force },
      }),
    ]);
    return { deployment, work };
  });
}

async function reopen(writer: RegistryWriter, deployment: Deployment): Promise<void> {
  await writer.publish(withDeployment(writer.registry, deployment), []);
}

/** Taking the current deployment away would send new work to an older one, and nobody asked for that. */
function refuseLosingServices(registry: Registry, deployment: Deployment): void {
  const others = new Map(registry.deployments);
  others.delete(deployment.id);
  const falling = listServicesOf(registry, deployment.id).filter(
    (route) => findSuccessor(others, route.name) !== undefined,
  );
  if (falling.length === 0) return;
  const services = falling.map((route) => route.name);
  throw new DeploymentError('DEPLOYMENT_CURRENT', {
    message: `Deployment ${deployment.id} is current for ${services.join(', ')}, which other deployments serve too.`,
    hint: 'Promote the deployment that shall take the new work first.',
    details: { deployment: deployment.id, services },
  });
}

async function inUse(parts: DeploymentParts, deployment: Deployment, work: WorkCount): Promise<DeploymentError> {
  const blockers = await parts.store.listBlockers(deployment.id, blockersShown);
  return new DeploymentError('DEPLOYMENT_IN_USE', {
    message: `Deployment ${deployment.id} still holds work: ${describeWork(work)}.`,
    hint: 'Wait until it is drained, cancel what blocks it, or repeat with force and a reason.',
    details: {
      deployment: deployment.id,
      work,
      blockers: blockers.map(({ invocation, record }) => ({
        invocation,
        target: record.target,
        status: record.state.status,
        createdAt: record.createdAt,
        modifiedAt: record.modifiedAt,
      })),
    },
    retry: 'later',
  });
}
