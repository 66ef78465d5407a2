/** Pure changes of a registry snapshot. The registry that applies them counts the revision. */
import type { DeploymentId } from '@holdfast/protocol';
import type { Deployment, Registry, ServiceRoute } from '../engine/registry.ts';

export function withDeployment(registry: Registry, deployment: Deployment): Registry {
  return { ...registry, deployments: new Map(registry.deployments).set(deployment.id, deployment) };
}

/** Services whose current deployment it was go to the newest other one that serves them, and disappear when there is none. */
export function withoutDeployment(registry: Registry, id: DeploymentId): Registry {
  const deployments = new Map(registry.deployments);
  deployments.delete(id);
  const services = new Map(registry.services);
  for (const route of registry.services.values()) {
    if (route.current !== id) continue;
    const successor = findSuccessor(deployments, route.name);
    if (successor === undefined) services.delete(route.name);
    else services.set(route.name, follow(route, route.name, successor));
  }
  return { ...registry, deployments, services };
}

/** Makes a deployment current for everything it serves, or for the named services. */
export function withCurrent(registry: Registry, deployment: Deployment, only?: readonly string[]): Registry {
  const services = new Map(registry.services);
  for (const name of deployment.services.keys()) {
    if (only !== undefined && !only.includes(name)) continue;
    const route = services.get(name);
    if (route?.current === deployment.id) continue;
    services.set(name, follow(route, name, deployment));
  }
  return { ...registry, services };
}

/** Services that would be left without any deployment, or fall back to another one, if it went. */
export function listServicesOf(registry: Registry, id: DeploymentId): readonly ServiceRoute[] {
  return [...registry.services.values()].filter((route) => route.current === id);
}

export function findSuccessor(
  deployments: ReadonlyMap<DeploymentId, Deployment>,
  service: string,
): Deployment | undefined {
  const candidates = [...deployments.values()].filter((one) => !one.closing && one.services.has(service));
  return candidates.toSorted((a, b) => b.createdAt - a.createdAt)[0];
}

function follow(route: ServiceRoute | undefined, name: string, deployment: Deployment): ServiceRoute {
  const definition = deployment.services.get(name);
  return {
    ...route,
    name,
    kind: definition?.kind ?? route?.kind ?? 'service',
    current: deployment.id,
    revision: (route?.revision ?? 0) + 1,
  };
}
