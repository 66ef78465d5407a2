import * as z from 'zod';

/**
 * The manifest as it stands on the wire, with the union of all versions' properties. Unknown properties are refused
 * everywhere: a setting that is silently ignored is a setting its author believes in.
 *
 * `null` is read as absent, because serializers of several languages write it for unset options.
 */
export interface WireManifest {
  readonly protocolMode: 'BIDI_STREAM' | 'REQUEST_RESPONSE';
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  readonly lambdaCompression?: 'zstd' | null | undefined;
  readonly services: readonly WireService[];
}

export interface WireService extends WireSettings {
  readonly name: string;
  readonly ty: 'SERVICE' | 'VIRTUAL_OBJECT' | 'WORKFLOW';
  readonly handlers: readonly WireHandler[];
}

export interface WireHandler extends WireSettings {
  readonly name: string;
  readonly ty?: 'EXCLUSIVE' | 'SHARED' | 'WORKFLOW' | null | undefined;
  readonly input?: WireInput | null | undefined;
  readonly output?: WireOutput | null | undefined;
  readonly workflowCompletionRetention?: number | null | undefined;
}

export interface WireSettings {
  readonly documentation?: string | null | undefined;
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
  readonly inactivityTimeout?: number | null | undefined;
  readonly abortTimeout?: number | null | undefined;
  readonly journalRetention?: number | null | undefined;
  readonly idempotencyRetention?: number | null | undefined;
  readonly enableLazyState?: boolean | null | undefined;
  readonly ingressPrivate?: boolean | null | undefined;
  readonly retryPolicyInitialInterval?: number | null | undefined;
  readonly retryPolicyMaxInterval?: number | null | undefined;
  readonly retryPolicyMaxAttempts?: number | null | undefined;
  readonly retryPolicyExponentiationFactor?: number | null | undefined;
  readonly retryPolicyOnMaxAttempts?: 'PAUSE' | 'KILL' | null | undefined;
}

export interface WireInput {
  readonly required?: boolean | null | undefined;
  readonly contentType?: string | null | undefined;
  readonly jsonSchema?: unknown;
}

export interface WireOutput {
  readonly contentType?: string | null | undefined;
  readonly setContentTypeIfEmpty?: boolean | null | undefined;
  readonly jsonSchema?: unknown;
}

const wholeNumber = z.int().nonnegative();
const durationMs = wholeNumber.nullish();
const protocolVersion = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);

const settings = {
  documentation: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  inactivityTimeout: durationMs,
  abortTimeout: durationMs,
  journalRetention: durationMs,
  idempotencyRetention: durationMs,
  enableLazyState: z.boolean().nullish(),
  ingressPrivate: z.boolean().nullish(),
  retryPolicyInitialInterval: durationMs,
  retryPolicyMaxInterval: durationMs,
  retryPolicyMaxAttempts: wholeNumber.nullish(),
  retryPolicyExponentiationFactor: z.number().positive().nullish(),
  retryPolicyOnMaxAttempts: z.enum(['PAUSE', 'KILL']).nullish(),
};

const input = z.strictObject({
  required: z.boolean().nullish(),
  contentType: z.string().nullish(),
  jsonSchema: z.unknown().optional(),
});

const output = z.strictObject({
  contentType: z.string().nullish(),
  setContentTypeIfEmpty: z.boolean().nullish(),
  jsonSchema: z.unknown().optional(),
});

const handler = z.strictObject({
  name: z.string(),
  ty: z.enum(['EXCLUSIVE', 'SHARED', 'WORKFLOW']).nullish(),
  input: input.nullish(),
  output: output.nullish(),
  workflowCompletionRetention: durationMs,
  ...settings,
});

const service = z.strictObject({
  name: z.string(),
  ty: z.enum(['SERVICE', 'VIRTUAL_OBJECT', 'WORKFLOW']),
  handlers: z.array(handler),
  ...settings,
});

export const manifestSchema: z.ZodType<WireManifest> = z.strictObject({
  protocolMode: z.enum(['BIDI_STREAM', 'REQUEST_RESPONSE']),
  minProtocolVersion: protocolVersion,
  maxProtocolVersion: protocolVersion,
  lambdaCompression: z.literal('zstd').nullish(),
  services: z.array(service),
});
