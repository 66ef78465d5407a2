import type { DeploymentId } from '@holdfast/protocol';
import type { Operator } from '../engine/command.ts';
import type { Deployment } from '../engine/registry.ts';
import { auditRow } from './audit-row.ts';
import { DeploymentError } from './deployment-error.ts';
import type { DeploymentParts } from './deployment-parts.ts';
import { getDeployment } from './get-deployment.ts';
import { withCurrent } from './registry-change.ts';

/** Sends new work of the deployment's services, or of the named ones, to it. Work that is pinned elsewhere stays there. */
export function promoteDeployment(
  parts: DeploymentParts,
  promotion: { readonly id: DeploymentId; readonly services?: readonly string[] },
  operator: Operator,
): Promise<Deployment> {
  return parts.registry.change(async (writer) => {
    const before = writer.registry;
    const deployment = getDeployment(before, promotion.id);
    if (deployment.closing) {
      throw new DeploymentError('DEPLOYMENT_CLOSING', {
        message: `Deployment ${deployment.id} takes no new work${deployment.supersededBy === undefined ? '' : `: its address serves ${deployment.supersededBy}`}.`,
        hint: 'Promote another deployment, or register its content at another address.',
        details: { deployment: deployment.id, supersededBy: deployment.supersededBy ?? null },
      });
    }
    for (const service of promotion.services ?? []) {
      if (deployment.services.has(service)) continue;
      throw new DeploymentError('SERVICE_NOT_FOUND', {
        message: `Deployment ${deployment.id} does not serve ${service}.`,
        hint: `See what it serves with "holdfast deployments describe ${deployment.id}".`,
        details: { deployment: deployment.id, service },
      });
    }
    const next = withCurrent(before, deployment, promotion.services);
    const moved = [...next.services.values()].filter((route) => before.services.get(route.name) !== route);
    if (moved.length === 0) return deployment;
    const current = Object.fromEntries(
      moved.map((route) => [route.name, before.services.get(route.name)?.current ?? 'none']),
    );
    await writer.publish(next, [
      auditRow('deployment.promote', deployment.id, operator, {
        now: parts.clock.now(),
        before: { current },
        after: { services: moved.map((route) => route.name) },
      }),
    ]);
    return deployment;
  });
}
