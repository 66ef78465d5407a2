/**
 * Changes where a deployment is reached. Its address is not its identity, so the new one is accepted only when exactly the same manifest
 * answers there; the deployment, its id and everything pinned to it stay.
 */
import type { DeploymentId } from '@holdfast/protocol';
import type { Operator } from '../engine/command.ts';
import type { Deployment } from '../engine/registry.ts';
import { auditRow } from './audit-row.ts';
import { DeploymentError } from './deployment-error.ts';
import type { DeploymentParts } from './deployment-parts.ts';
import { checkMetadata, checkPlace } from './deployment-request.ts';
import { manifestIdentity } from './fingerprint.ts';
import { getDeployment } from './get-deployment.ts';
import { listManifestDifferences } from './manifest-difference.ts';

export interface DeploymentPatch {
  readonly uri?: string;
  readonly http1?: boolean;
  /** Replaces all of them. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly dryRun?: boolean;
}

export async function updateDeployment(
  parts: DeploymentParts,
  update: { readonly id: DeploymentId; readonly patch: DeploymentPatch },
  operator: Operator,
): Promise<Deployment> {
  const { patch } = update;
  const stored = getDeployment(parts.registry.current, update.id);
  const place = checkPlace({ uri: patch.uri ?? stored.address.uri, headers: patch.headers ?? stored.headers });
  const metadata = patch.metadata === undefined ? stored.metadata : checkMetadata(patch.metadata);
  // A new address may speak another HTTP version; the old one keeps the version that it was registered with.
  const http1 = patch.http1 ?? (patch.uri === undefined ? stored.address.http1 : undefined);
  const discovered = await parts.discover({ address: place.address, http1, headers: place.headers });
  return parts.registry.change(async (writer) => {
    const before = getDeployment(writer.registry, update.id);
    if (manifestIdentity(discovered.manifest) !== manifestIdentity(before.manifest)) {
      throw new DeploymentError('DEPLOYMENT_CHANGED', {
        message: `${place.uri} does not serve deployment ${before.id}: its manifest differs in ${listManifestDifferences(before.manifest, discovered.manifest, 10).join(', ')}.`,
        hint: 'Register that address as a deployment of its own; pinned work must not move to other code.',
        details: {
          deployment: before.id,
          address: place.uri,
          differences: listManifestDifferences(before.manifest, discovered.manifest, 50),
        },
      });
    }
    const after: Deployment = {
      ...before,
      address: { kind: 'http', uri: place.uri, http1: discovered.http1 },
      headers: place.headers,
      metadata,
      sdk: discovered.sdk,
    };
    if (patch.dryRun === true) return after;
    const deployments = new Map(writer.registry.deployments).set(after.id, after);
    await writer.publish({ ...writer.registry, deployments }, [
      auditRow('deployment.update', after.id, operator, {
        now: parts.clock.now(),
        before: show(before),
        after: show(after),
      }),
    ]);
    return after;
  });
}

/** Header values may be credentials: the audit log names the headers only. */
function show(deployment: Deployment): unknown {
  return { address: deployment.address, headers: Object.keys(deployment.headers), metadata: deployment.metadata };
}
