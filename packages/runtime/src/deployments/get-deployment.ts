import type { DeploymentId } from '@holdfast/protocol';
import type { Deployment, Registry } from '../engine/registry.ts';
import { DeploymentError } from './deployment-error.ts';

/** Throws `DEPLOYMENT_NOT_FOUND`. */
export function getDeployment(registry: Registry, id: DeploymentId): Deployment {
  const deployment = registry.deployments.get(id);
  if (deployment !== undefined) return deployment;
  throw new DeploymentError('DEPLOYMENT_NOT_FOUND', {
    message: `There is no deployment ${id}.`,
    hint: 'List them with "holdfast deployments list".',
    details: { deployment: id },
  });
}
