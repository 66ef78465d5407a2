import type { Hono } from 'hono';
import { z } from 'zod';
import { ApiError } from '../../api-error.ts';
import type { AdminParts } from '../admin-parts.ts';
import { describeEndpoint } from '../endpoint.ts';

const answerSchema = z.object({ status: z.literal('ready') }).meta({ id: 'Health' });

export function addHealth(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'health',
    tag: 'runtime',
    summary: 'Whether the runtime has loaded everything and serves',
    answers: { 200: { description: 'Ready', schema: answerSchema }, 503: { description: 'Not ready' } },
  });
  app.get('/health', description, (context) => {
    if (parts.isReady()) return context.json({ status: 'ready' });
    throw new ApiError('NOT_READY', {
      message: 'The runtime is starting or stopping.',
      hint: 'Ask again in a moment.',
    });
  });
}
