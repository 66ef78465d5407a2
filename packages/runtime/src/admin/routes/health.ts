import type { Hono } from 'hono';
import { z } from 'zod';
import { ApiError } from '../../api-error.ts';
import type { StoreTrouble } from '../../store-health.ts';
import type { AdminParts } from '../admin-parts.ts';
import { describeEndpoint } from '../endpoint.ts';

const answerSchema = z.object({ status: z.literal('ready') }).meta({ id: 'Health' });

export function addHealth(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'health',
    tag: 'runtime',
    summary: 'Whether the runtime has loaded everything, serves, and its store confirms writes',
    answers: { 200: { description: 'Ready', schema: answerSchema }, 503: { description: 'Not ready' } },
  });
  app.get('/health', description, async (context) => {
    if (!parts.isReady()) throw starting();
    const trouble = await parts.findTrouble();
    if (trouble !== undefined) throw notWriting(trouble);
    return context.json({ status: 'ready' });
  });
}

function starting(): ApiError {
  return new ApiError('NOT_READY', {
    message: 'The runtime is starting or stopping.',
    hint: 'Ask again in a moment.',
  });
}

function notWriting(trouble: StoreTrouble): ApiError {
  const since = new Date(trouble.since).toISOString();
  return new ApiError('NOT_READY', {
    message: `The store has not confirmed writes since ${since}: ${trouble.message}`,
    hint: 'Nothing is accepted meanwhile. Look at the disk; the runtime goes on by itself.',
    details: { since, code: trouble.code },
  });
}
