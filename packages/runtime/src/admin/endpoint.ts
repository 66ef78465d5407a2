/** What every route file is made of: a description for the OpenAPI document, and checked parameters. */
import { describeRoute, resolver, validator } from 'hono-openapi';
import type { Env, MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { parseDeploymentId, parseInvocationId } from '@holdfast/protocol';
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import { ApiError } from '../api-error.ts';

export interface EndpointDescription {
  readonly operationId: string;
  readonly tag: 'deployment' | 'service' | 'invocation' | 'query' | 'runtime';
  readonly summary: string;
  /** Status to what it means, and the schema of its body. */
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType }>>;
}

const errorSchema = z
  .object({
    message: z.string(),
    code: z.string().meta({ description: 'Stable; docs/errors has a page for each.' }),
    hint: z.string(),
    details: z.record(z.string(), z.unknown()),
    restate_code: z.string().optional(),
  })
  .meta({ id: 'Error' });

export function describeEndpoint(description: EndpointDescription): MiddlewareHandler {
  const answers = Object.entries(description.answers).map(([status, answer]) => [
    status,
    {
      description: answer.description,
      ...(answer.schema === undefined ? {} : { content: { 'application/json': { schema: resolver(answer.schema) } } }),
    },
  ]);
  return describeRoute({
    operationId: description.operationId,
    tags: [description.tag],
    summary: description.summary,
    responses: {
      ...Object.fromEntries(answers),
      default: { description: 'Error', content: { 'application/json': { schema: resolver(errorSchema) } } },
    },
  });
}

/** Checks a part of the request; what does not fit is an error like all others. */
export function checked<T extends z.ZodType, Part extends 'query' | 'json' | 'param'>(
  part: Part,
  schema: T,
): ReturnType<typeof validator<T, Part, Env, string>> {
  return validator(part, schema, (result) => {
    if (result.success) return undefined;
    const issues = result.error.map((issue) => {
      const path = (issue.path ?? []).map((key) => String(typeof key === 'object' ? key.key : key)).join('.');
      return path === '' ? issue.message : `${path}: ${issue.message}`;
    });
    throw new ApiError(part === 'json' ? 'BODY_REFUSED' : 'PARAMETER_REFUSED', {
      message: `The request does not fit: ${issues.join('; ')}.`,
      hint: 'GET /openapi describes what this route takes.',
      details: { issues },
    });
  });
}

export function invocationIdOf(text: string): InvocationId {
  const id = parseInvocationId(text);
  if (id !== undefined) return id;
  throw new ApiError('INVOCATION_ID_REFUSED', {
    message: `${JSON.stringify(text.slice(0, 100))} is no invocation id.`,
    hint: 'Invocation ids begin with inv_1 and have 38 characters; list them with: holdfast invocations list.',
  });
}

export function deploymentIdOf(text: string): DeploymentId {
  const id = parseDeploymentId(text);
  if (id !== undefined) return id;
  throw new ApiError('PARAMETER_REFUSED', {
    message: `${JSON.stringify(text.slice(0, 100))} is no deployment id.`,
    hint: 'Deployment ids begin with dp_1; list them with: holdfast deployments list.',
  });
}
