import type { Hono } from 'hono';
import { z } from 'zod';
import { ApiError } from '../../api-error.ts';
import type { AdminParts } from '../admin-parts.ts';
import { checked, describeEndpoint } from '../endpoint.ts';
import { operatorOf } from '../operator.ts';
import { deploymentDetailsSchema, viewDeployment } from '../views/deployment-view.ts';

const bodySchema = z
  .object({
    uri: z.string().optional(),
    arn: z.string().optional(),
    use_http_11: z.boolean().optional(),
    additional_headers: z.record(z.string(), z.string()).nullish(),
    metadata: z.record(z.string(), z.string()).nullish(),
    breaking: z.boolean().optional(),
    force: z.boolean().nullish(),
    dry_run: z.boolean().optional(),
    promote: z.boolean().optional().meta({ description: 'Whether new work goes to it; by default if it is new.' }),
  })
  .meta({ id: 'RegisterDeployment' });

export function addRegisterDeployment(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'registerDeployment',
    tag: 'deployment',
    summary: 'Register what answers at an address; it is always looked at',
    answers: {
      200: { description: 'Known already, or a dry run', schema: deploymentDetailsSchema },
      201: { description: 'New', schema: deploymentDetailsSchema },
    },
  });
  app.post('/deployments', description, checked('json', bodySchema), async (context) => {
    const body = context.req.valid('json');
    const registered = await parts.deployments.register(
      {
        uri: uriOf(body),
        ...(body.use_http_11 === undefined ? {} : { http1: body.use_http_11 }),
        headers: body.additional_headers ?? {},
        metadata: body.metadata ?? {},
        breaking: body.breaking ?? false,
        force: body.force ?? false,
        dryRun: body.dry_run ?? false,
        ...(body.promote === undefined ? {} : { promote: body.promote }),
      },
      operatorOf(context),
    );
    const view = viewDeployment(registered.registry, registered.deployment);
    context.header('location', `/deployments/${view.id}`);
    return context.json(
      { ...view, outcome: registered.outcome, superseded: registered.superseded },
      registered.outcome === 'created' ? 201 : 200,
    );
  });
}

function uriOf(body: z.output<typeof bodySchema>): string {
  if (body.uri !== undefined) return body.uri;
  throw new ApiError('BODY_REFUSED', {
    message: body.arn === undefined ? 'The body has no "uri".' : 'Lambda functions cannot be registered yet.',
    hint: 'Send {"uri": "http://host:port"}.',
  });
}
