import type { Hono } from 'hono';
import { z } from 'zod';
import type { AdminParts } from '../admin-parts.ts';
import { checked, describeEndpoint } from '../endpoint.ts';

const bodySchema = z.object({ query: z.string().min(1) }).meta({ id: 'Query' });
const answerSchema = z
  .object({ rows: z.array(z.record(z.string(), z.unknown())), truncated: z.boolean() })
  .meta({ id: 'QueryRows' });

/** Always JSON, whatever is accepted: Arrow streams are not spoken. */
export function addQuery(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'query',
    tag: 'query',
    summary: 'Read-only SQL over sys_invocation, sys_journal, sys_deployment, sys_service, state and more',
    answers: { 200: { description: 'Rows', schema: answerSchema } },
  });
  app.post('/query', description, checked('json', bodySchema), async (context) => {
    const { rows, truncated } = await parts.runQuery(context.req.valid('json').query);
    return context.json({ rows, truncated });
  });
}
