import type { Operator } from '../engine/command.ts';
import type { ServiceRoute } from '../engine/registry.ts';
import { auditRow } from './audit-row.ts';
import { DeploymentError } from './deployment-error.ts';
import type { DeploymentParts } from './deployment-parts.ts';

export interface ServicePatch {
  /** Whether the ingress offers it; `undefined` leaves it, `null` follows the manifest again. */
  readonly public?: boolean | null;
}

/**
 * Changes what belongs to a service and not to a deployment: whether the ingress offers it. Timeouts, retention and retry policies are
 * part of a deployment, which never changes; asking for them is refused by name.
 */
export function updateService(
  parts: DeploymentParts,
  update: { readonly name: string; readonly patch: ServicePatch },
  operator: Operator,
): Promise<ServiceRoute> {
  return parts.registry.change(async (writer) => {
    const before = writer.registry.services.get(update.name);
    if (before === undefined) {
      throw new DeploymentError('SERVICE_NOT_FOUND', {
        message: `There is no service ${update.name}.`,
        hint: 'List them with "holdfast services list".',
        details: { service: update.name },
      });
    }
    refuseSettings(update.name, update.patch);
    const after = applyPatch(before, update.patch);
    if (after.publicOverride === before.publicOverride) return before;
    const services = new Map(writer.registry.services).set(update.name, after);
    await writer.publish({ ...writer.registry, services }, [
      auditRow('service.update', update.name, operator, {
        now: parts.clock.now(),
        before: { public: before.publicOverride ?? null },
        after: { public: after.publicOverride ?? null },
      }),
    ]);
    return after;
  });
}

function applyPatch(route: ServiceRoute, patch: ServicePatch): ServiceRoute {
  if (patch.public === undefined) return route;
  const { publicOverride: _, ...rest } = route;
  return patch.public === null ? rest : { ...rest, publicOverride: patch.public };
}

function refuseSettings(service: string, patch: ServicePatch): void {
  const settings = Object.keys(patch).filter((name) => name !== 'public');
  if (settings.length === 0) return;
  throw new DeploymentError('SERVICE_SETTING_REFUSED', {
    message: `${settings.join(', ')} of ${service} cannot be changed: it belongs to the deployment, and a deployment never changes.`,
    hint: 'Set it in the code of the service, or as a default of the runtime, and register the new version.',
    details: { service, settings },
  });
}
