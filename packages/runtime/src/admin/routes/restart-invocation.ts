import { siblingInvocationId } from '@holdfast/protocol';
import type { Hono } from 'hono';
import { z } from 'zod';
import { ApiError } from '../../api-error.ts';
import type { AdminParts } from '../admin-parts.ts';
import { checked, describeEndpoint, invocationIdOf } from '../endpoint.ts';
import { openPartitions } from '../loaded-registry.ts';
import { operatorOf } from '../operator.ts';
import { refusalOfAct, submitAct } from '../submit-act.ts';
import { deploymentChoice } from './invocation-acts.ts';

const querySchema = z.object({
  from: z.coerce.number().int().min(0).default(0),
  deployment: z.string().default('keep'),
});
const answerSchema = z.object({ new_invocation_id: z.string() }).meta({ id: 'RestartAnswer' });
const siblingEntropyBytes = 16;

export function addRestartInvocation(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'restartInvocation',
    tag: 'invocation',
    summary:
      'Start a new invocation with the input of a completed one; `from` copies entries up to that one too. Stays on the same deployment unless told otherwise',
    answers: { 200: { description: 'Started', schema: answerSchema } },
  });
  app.patch('/invocations/:id/restart-as-new', description, checked('query', querySchema), async (context) => {
    const invocation = invocationIdOf(context.req.param('id'));
    const { from, deployment } = context.req.valid('query');
    const partition = openPartitions(parts).ofInvocation(invocation);
    // Both are decided in one command, so both live in one partition.
    const newId = siblingInvocationId(invocation, parts.makeEntropy(siblingEntropyBytes));
    const choice = deploymentChoice(deployment);
    const reply = await submitAct(parts, partition, {
      kind: 'restart',
      invocation,
      newId,
      from,
      deployment: choice,
      ...operatorOf(context),
    });
    if (reply.kind === 'refused') throw refusalOfAct(reply.refusal);
    return context.json({ new_invocation_id: reply.newId });
  });
}

export function notFound(invocation: string): ApiError {
  return new ApiError('INVOCATION_NOT_FOUND', {
    message: `There is no invocation ${invocation}.`,
    hint: 'It was never accepted, or it is over and its retention has passed.',
    details: { invocation },
  });
}
