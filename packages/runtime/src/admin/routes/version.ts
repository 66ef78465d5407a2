import type { Hono } from 'hono';
import { z } from 'zod';
import type { AdminParts } from '../admin-parts.ts';
import { describeEndpoint } from '../endpoint.ts';

const answerSchema = z
  .object({
    product: z.literal('holdfast'),
    version: z.string(),
    min_admin_api_version: z.int(),
    max_admin_api_version: z.int(),
    ingress_endpoint: z.string().optional(),
    features: z.record(z.string(), z.boolean()),
  })
  .meta({ id: 'Version' });

// The range of Restate's admin API that these routes follow.
const adminApiVersion = 3;

export function addVersion(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'version',
    tag: 'runtime',
    summary: 'Version of the runtime and of its API',
    answers: { 200: { description: 'Version', schema: answerSchema } },
  });
  app.get('/version', description, (context) => {
    const ingress = parts.findIngressUrl();
    const answer: z.output<typeof answerSchema> = {
      product: 'holdfast',
      version: parts.version,
      min_admin_api_version: adminApiVersion,
      max_admin_api_version: adminApiVersion,
      ...(ingress === undefined ? {} : { ingress_endpoint: ingress }),
      features: { protocol_v7: true },
    };
    return context.json(answer);
  });
}
