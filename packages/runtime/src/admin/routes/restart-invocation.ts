import { freshInvocationId } from '@holdfast/protocol';
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
const idEntropyBytes = 24;

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
    // The new one lives where its key lives, so the target must be known before its id is made.
    const record = await submitAct(parts, partition, { kind: 'describe', invocation });
    if (record === undefined) throw notFound(invocation);
    const { service, key, serviceKind } = record.target;
    const newId = freshInvocationId({
      entropy: parts.makeEntropy(idEntropyBytes),
      ...(serviceKind === 'service' ? {} : { key: { service, key } }),
    });
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
