import type { Hono } from 'hono';
import { z } from 'zod';
import { ApiError } from '../../api-error.ts';
import type { AdminParts } from '../admin-parts.ts';
import { checked, describeEndpoint } from '../endpoint.ts';
import { openPartitions } from '../loaded-registry.ts';
import { operatorOf } from '../operator.ts';
import { refusalOfAct, submitAct } from '../submit-act.ts';

const bodySchema = z
  .object({
    object_key: z.string(),
    new_state: z
      .record(z.string(), z.array(z.int().min(0).max(255)))
      .meta({ description: 'Name to bytes; replaces all.' }),
    version: z.string().optional(),
  })
  .meta({ id: 'EditState' });

export function addEditState(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'editState',
    tag: 'service',
    summary: 'Replace the whole state of a key; refused while a handler holds it',
    answers: { 202: { description: 'Replaced' } },
  });
  app.post('/services/:service/state', description, checked('json', bodySchema), async (context) => {
    const service = context.req.param('service');
    const { object_key: key, new_state: state, version } = context.req.valid('json');
    if (version !== undefined) {
      throw new ApiError('BODY_REFUSED', {
        message: 'The state cannot be compared with a version.',
        hint: 'Leave "version" out. The edit is refused while a handler holds the key.',
      });
    }
    const reply = await submitAct(parts, openPartitions(parts).ofKey(service, key), {
      kind: 'editState',
      service,
      key,
      state: Object.entries(state).map(([name, bytes]) => [name, Uint8Array.from(bytes)]),
      ...operatorOf(context),
    });
    if (reply.kind === 'refused') throw refusalOfAct(reply.refusal);
    return context.json({ service, key }, 202);
  });
}
