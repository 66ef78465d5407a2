import type { ManifestHandler, ManifestService } from '@holdfast/protocol';
import { z } from 'zod';
import { formatDuration } from '../../duration.ts';
import type { HandlerKind, ServiceKind } from '../../engine/record.ts';
import type {
  Deployment,
  HandlerDefinition,
  InputRule,
  OutputRule,
  Registry,
  ServiceDefinition,
} from '../../engine/registry.ts';

/** A service in Restate's shape, as one deployment serves it. Durations are text with a unit. */
export interface ServiceView {
  readonly name: string;
  readonly ty: string;
  readonly deployment_id: string;
  readonly revision: number;
  readonly public: boolean;
  readonly documentation?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly handlers: readonly HandlerView[];
}

export interface HandlerView {
  readonly name: string;
  readonly ty?: string | undefined;
  readonly documentation?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly public: boolean;
  readonly input_description: string;
  readonly output_description: string;
  readonly input_json_schema?: unknown;
  readonly output_json_schema?: unknown;
  readonly enable_lazy_state: boolean;
  readonly inactivity_timeout: string;
  readonly abort_timeout: string;
  readonly journal_retention: string;
  readonly idempotency_retention: string;
  readonly workflow_completion_retention?: string | undefined;
  readonly retry_policy: {
    readonly initial_interval: string;
    readonly exponentiation_factor: number;
    readonly max_interval: string;
    readonly max_attempts: number;
    readonly on_max_attempts: string;
  };
}

const handlerViewSchema: z.ZodType<HandlerView> = z
  .object({
    name: z.string(),
    ty: z.string().optional(),
    documentation: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    public: z.boolean(),
    input_description: z.string(),
    output_description: z.string(),
    input_json_schema: z.unknown().optional(),
    output_json_schema: z.unknown().optional(),
    enable_lazy_state: z.boolean(),
    inactivity_timeout: z.string(),
    abort_timeout: z.string(),
    journal_retention: z.string(),
    idempotency_retention: z.string(),
    workflow_completion_retention: z.string().optional(),
    retry_policy: z.object({
      initial_interval: z.string(),
      exponentiation_factor: z.number(),
      max_interval: z.string(),
      max_attempts: z.number(),
      on_max_attempts: z.string(),
    }),
  })
  .meta({ id: 'Handler' });

export const serviceViewSchema: z.ZodType<ServiceView> = z
  .object({
    name: z.string(),
    ty: z.string(),
    deployment_id: z.string(),
    revision: z.number(),
    public: z.boolean(),
    documentation: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    handlers: z.array(handlerViewSchema),
  })
  .meta({ id: 'Service' });

export { handlerViewSchema };

const serviceTypes: Readonly<Record<ServiceKind, string>> = {
  service: 'Service',
  object: 'VirtualObject',
  workflow: 'Workflow',
};
const handlerTypes: Readonly<Record<HandlerKind, string | undefined>> = {
  stateless: undefined,
  exclusive: 'Exclusive',
  shared: 'Shared',
  run: 'Workflow',
};

/** A service as its current deployment serves it; undefined when there is none of that name. */
export function findServiceView(registry: Registry, name: string): ServiceView | undefined {
  const route = registry.services.get(name);
  const deployment = route === undefined ? undefined : registry.deployments.get(route.current);
  return deployment === undefined ? undefined : viewService(registry, deployment, name);
}

export function viewService(registry: Registry, deployment: Deployment, name: string): ServiceView | undefined {
  const definition = deployment.services.get(name);
  if (definition === undefined) return undefined;
  const manifest = deployment.manifest.services.find((service) => service.name === name);
  const route = registry.services.get(name);
  const isOverridden = route?.publicOverride;
  return {
    name,
    ty: serviceTypes[definition.kind],
    deployment_id: deployment.id,
    revision: route?.revision ?? 0,
    public: isOverridden ?? manifest?.ingressPrivate !== true,
    ...describedBy(manifest),
    handlers: viewHandlers(definition, manifest, isOverridden),
  };
}

function viewHandlers(
  definition: ServiceDefinition,
  manifest: ManifestService | undefined,
  publicOverride: boolean | undefined,
): HandlerView[] {
  return [...definition.handlers.values()].map((handler) =>
    viewHandler(
      handler,
      manifest?.handlers.find((one) => one.name === handler.name),
      publicOverride,
    ),
  );
}

function viewHandler(
  handler: HandlerDefinition,
  manifest: ManifestHandler | undefined,
  publicOverride: boolean | undefined,
): HandlerView {
  const ty = handlerTypes[handler.kind];
  return {
    name: handler.name,
    ...(ty === undefined ? {} : { ty }),
    ...describedBy(manifest),
    public: publicOverride ?? !handler.ingressPrivate,
    input_description: describeInput(handler.input),
    output_description: describeOutput(handler.output),
    ...(manifest?.input?.jsonSchema === undefined ? {} : { input_json_schema: manifest.input.jsonSchema }),
    ...(manifest?.output?.jsonSchema === undefined ? {} : { output_json_schema: manifest.output.jsonSchema }),
    enable_lazy_state: handler.lazyState,
    inactivity_timeout: formatDuration(handler.inactivityTimeoutMs),
    abort_timeout: formatDuration(handler.abortTimeoutMs),
    journal_retention: formatDuration(handler.journalRetentionMs),
    idempotency_retention: formatDuration(handler.idempotencyRetentionMs),
    ...(handler.kind === 'run' ? { workflow_completion_retention: formatDuration(handler.workflowRetentionMs) } : {}),
    retry_policy: {
      initial_interval: formatDuration(handler.retryPolicy.initialIntervalMs),
      exponentiation_factor: handler.retryPolicy.factor,
      max_interval: formatDuration(handler.retryPolicy.maxIntervalMs),
      max_attempts: handler.retryPolicy.attemptsMax,
      on_max_attempts: handler.retryPolicy.onMaxAttempts === 'pause' ? 'Pause' : 'Kill',
    },
  };
}

function describedBy(
  manifest: ManifestService | ManifestHandler | undefined,
): Pick<ServiceView, 'documentation' | 'metadata'> {
  return {
    ...(manifest?.documentation === undefined ? {} : { documentation: manifest.documentation }),
    ...(manifest?.metadata === undefined ? {} : { metadata: manifest.metadata }),
  };
}

function describeInput(input: InputRule): string {
  if (input.mustBeEmpty) return 'none';
  const type = input.contentType ?? 'any content type';
  return input.required ? type : `none or ${type}`;
}

function describeOutput(output: OutputRule): string {
  return output.contentType ?? 'none';
}
