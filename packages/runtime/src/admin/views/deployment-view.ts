import { z } from 'zod';
import type { Deployment, Registry } from '../../engine/registry.ts';
import type { WorkCount } from '../../deployments/work-count.ts';
import type { DeploymentHold } from '../../partition/port.ts';
import { serviceViewSchema, viewService } from './service-view.ts';
import type { ServiceView } from './service-view.ts';
import { unreachableViewSchema, viewUnreachable } from './unreachable-view.ts';
import type { UnreachableView } from './unreachable-view.ts';

/** A deployment in Restate's shape, with what is ours: grade, fingerprint, state. Header values may be secret and are not shown. */
export interface DeploymentSummary {
  readonly id: string;
  readonly uri: string;
  readonly protocol_type: 'BidiStream' | 'RequestResponse';
  readonly http_version: string;
  readonly additional_headers: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly created_at: string;
  readonly min_protocol_version: number;
  readonly max_protocol_version: number;
  readonly sdk_version: string;
  readonly grade: string;
  readonly fingerprint: string;
  readonly state: 'active' | 'draining' | 'closing' | 'superseded';
  readonly superseded_by?: string | undefined;
  /** Services whose new work goes to it. */
  readonly current_for: readonly string[];
  /** Absent while its endpoint can be reached, for all that is known. With work it is stranded. */
  readonly unreachable?: UnreachableView | undefined;
}

export interface DeploymentRow extends DeploymentSummary {
  readonly services: readonly { readonly name: string; readonly revision: number }[];
}

export interface DeploymentDetails extends DeploymentSummary {
  readonly services: readonly ServiceView[];
  readonly work?: WorkCount | undefined;
  readonly blockers?: readonly Blocker[] | undefined;
}

/** An invocation that keeps a deployment from being removed. */
export interface Blocker {
  readonly invocation: string;
  readonly target: string;
  readonly status: string;
  readonly since: string;
}

const summaryFields = {
  id: z.string(),
  uri: z.string(),
  protocol_type: z.enum(['BidiStream', 'RequestResponse']),
  http_version: z.string(),
  additional_headers: z.array(z.string()).meta({ description: 'Names only; values may be secret.' }),
  metadata: z.record(z.string(), z.string()),
  created_at: z.string(),
  min_protocol_version: z.int(),
  max_protocol_version: z.int(),
  sdk_version: z.string(),
  grade: z.string(),
  fingerprint: z.string(),
  state: z.enum(['active', 'draining', 'closing', 'superseded']),
  superseded_by: z.string().optional(),
  current_for: z.array(z.string()),
  unreachable: unreachableViewSchema.optional(),
};

export const deploymentRowSchema: z.ZodType<DeploymentRow> = z
  .object({ ...summaryFields, services: z.array(z.object({ name: z.string(), revision: z.int() })) })
  .meta({ id: 'DeploymentRow' });

const workSchema = z.object({
  running: z.int(),
  suspended: z.int(),
  paused: z.int(),
  scheduled: z.int(),
  queued: z.int(),
  inTransit: z.int(),
  retainedWorkflows: z.int(),
});

export const deploymentDetailsSchema: z.ZodType<DeploymentDetails> = z
  .object({
    ...summaryFields,
    services: z.array(serviceViewSchema),
    work: workSchema.optional(),
    blockers: z
      .array(z.object({ invocation: z.string(), target: z.string(), status: z.string(), since: z.string() }))
      .optional(),
  })
  .meta({ id: 'Deployment' });

export function viewDeploymentRow(registry: Registry, deployment: Deployment, hold?: DeploymentHold): DeploymentRow {
  const services = [...deployment.services.keys()].map((name) => ({
    name,
    revision: registry.services.get(name)?.revision ?? 0,
  }));
  return { ...summarise(registry, deployment), ...viewHold(hold), services };
}

export function viewDeployment(
  registry: Registry,
  deployment: Deployment,
  held?: { readonly work: WorkCount; readonly blockers: readonly Blocker[]; readonly hold: DeploymentHold | undefined },
): DeploymentDetails {
  const services = [...deployment.services.keys()].flatMap((name) => viewService(registry, deployment, name) ?? []);
  if (held === undefined) return { ...summarise(registry, deployment), services };
  const { work, blockers, hold } = held;
  return { ...summarise(registry, deployment), ...viewHold(hold), services, work, blockers };
}

function viewHold(hold: DeploymentHold | undefined): Pick<DeploymentSummary, 'unreachable'> {
  return hold === undefined ? {} : { unreachable: viewUnreachable(hold) };
}

function summarise(registry: Registry, deployment: Deployment): DeploymentSummary {
  const currentFor = [...registry.services.values()].filter((route) => route.current === deployment.id);
  return {
    id: deployment.id,
    uri: deployment.address.uri,
    protocol_type: deployment.protocolMode === 'bidi' ? 'BidiStream' : 'RequestResponse',
    http_version: deployment.address.http1 ? 'HTTP/1.1' : 'HTTP/2.0',
    additional_headers: Object.keys(deployment.headers),
    metadata: deployment.metadata,
    created_at: new Date(deployment.createdAt).toISOString(),
    min_protocol_version: deployment.minProtocolVersion,
    max_protocol_version: deployment.maxProtocolVersion,
    sdk_version: deployment.sdk,
    grade: deployment.grade,
    fingerprint: deployment.fingerprint,
    state: stateOf(deployment, currentFor.length > 0),
    ...(deployment.supersededBy === undefined ? {} : { superseded_by: deployment.supersededBy }),
    current_for: currentFor.map((route) => route.name),
  };
}

function stateOf(deployment: Deployment, isCurrent: boolean): DeploymentSummary['state'] {
  if (deployment.supersededBy !== undefined) return 'superseded';
  if (deployment.closing) return 'closing';
  return isCurrent ? 'active' : 'draining';
}
