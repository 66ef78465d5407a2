import type { Hono } from 'hono';
import { z } from 'zod';
import type { AdminParts } from '../admin-parts.ts';
import { checked, describeEndpoint } from '../endpoint.ts';
import { statusNames } from '../views/status-name.ts';

const querySchema = z.object({
  status: z.enum(statusNames).optional(),
  service: z.string().optional(),
  handler: z.string().optional(),
  key: z.string().optional(),
  deployment: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
const rowSchema = z
  .object({
    id: z.string(),
    target: z.string(),
    status: z.string(),
    deployment: z.string(),
    created_at: z.string(),
    modified_at: z.string(),
    last_failure: z.string().optional(),
  })
  .meta({ id: 'InvocationRow' });

// Filter to column of sys_invocation.
const columns = {
  status: 'status',
  service: 'target_service_name',
  handler: 'target_handler_name',
  key: 'target_service_key',
  deployment: 'pinned_deployment_id',
} as const;

export function addListInvocations(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'listInvocations',
    tag: 'invocation',
    summary: 'Invocations, newest first; filters are combined',
    answers: { 200: { description: 'Invocations', schema: z.object({ invocations: z.array(rowSchema) }) } },
  });
  app.get('/invocations', description, checked('query', querySchema), async (context) => {
    const query = context.req.valid('query');
    const filters: string[] = [];
    const values: string[] = [];
    for (const name of ['status', 'service', 'handler', 'key', 'deployment'] as const) {
      const value = query[name];
      if (value === undefined) continue;
      filters.push(`${columns[name]} = ?`);
      values.push(value);
    }
    const where = filters.length === 0 ? '' : `where ${filters.join(' and ')}`;
    const { rows } = await parts.runQuery(
      `select id, target, status, pinned_deployment_id as deployment, created_at, modified_at, last_failure
       from sys_invocation ${where} order by created_at desc, id limit ${query.limit}`,
      values,
    );
    return context.json({ invocations: rows });
  });
}
