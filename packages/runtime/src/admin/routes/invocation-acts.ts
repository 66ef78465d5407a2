import type { InvocationId } from '@holdfast/protocol';
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { Operator, PurgeInvocation, ResumeInvocation, EngineCommand } from '../../engine/command.ts';
import type { AdminParts } from '../admin-parts.ts';
import { checked, deploymentIdOf, describeEndpoint, invocationIdOf } from '../endpoint.ts';
import { openPartitions } from '../loaded-registry.ts';
import { operatorOf } from '../operator.ts';
import { refusalOfAct, submitAct } from '../submit-act.ts';

type PlainAct = 'cancel' | 'kill' | 'pause' | 'purge' | 'purge-journal';

const kinds = {
  cancel: 'cancel',
  kill: 'kill',
  pause: 'pause',
  purge: 'purge',
  'purge-journal': 'purgeJournal',
} as const satisfies Record<PlainAct, EngineCommand['kind']>;

const summaries: Readonly<Record<PlainAct, string>> = {
  cancel: 'Ask an invocation to stop; its compensations run on the deployment it is pinned to',
  kill: 'End an invocation and everything it called, without running its code',
  pause: 'Keep an invocation from making progress until it is resumed',
  purge: 'Forget a completed invocation',
  'purge-journal': 'Drop the journal of a completed invocation and keep its result',
};

const answerSchema = z
  .object({
    invocation_id: z.string(),
    outcome: z.enum(['done', 'requested']).meta({ description: '`requested`: it follows, the invocation shows when.' }),
  })
  .meta({ id: 'ActAnswer' });

const answers = {
  200: { description: 'Done', schema: answerSchema },
  202: { description: 'Requested', schema: answerSchema },
};

/** Acts on one invocation. Each is recorded in the audit log, in the transaction that does it. */
export function addInvocationActs(app: Hono, parts: AdminParts): void {
  for (const act of ['cancel', 'kill', 'pause', 'purge', 'purge-journal'] as const) {
    const operationId = `${kinds[act]}Invocation`.replace('JournalInvocation', 'Journal');
    const description = describeEndpoint({ operationId, tag: 'invocation', summary: summaries[act], answers });
    app.patch(`/invocations/:id/${act}`, description, (context) =>
      answerAct(parts, context, makePlainAct(act, invocationIdOf(context.req.param('id')), operatorOf(context))),
    );
  }
  addResume(app, parts);
  addDelete(app, parts);
}

function makePlainAct(act: PlainAct, invocation: InvocationId, operator: Operator): PurgeInvocation {
  // All plain acts have the fields of this one; only the kind differs.
  return { kind: kinds[act], invocation, ...operator } as unknown as PurgeInvocation;
}

const resumeQuery = z.object({ deployment: z.string().default('keep') });

function addResume(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'resumeInvocation',
    tag: 'invocation',
    summary: 'Let a paused, suspended or backing-off invocation go on now; `deployment` is keep, latest or an id',
    answers,
  });
  app.patch('/invocations/:id/resume', description, checked('query', resumeQuery), (context) => {
    const command: ResumeInvocation = {
      kind: 'resume',
      invocation: invocationIdOf(context.req.param('id')),
      deployment: deploymentChoice(context.req.valid('query').deployment),
      ...operatorOf(context),
    };
    return answerAct(parts, context, command);
  });
}

const deleteQuery = z.object({ mode: z.enum(['cancel', 'kill', 'purge']).default('cancel') });

function addDelete(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'deleteInvocation',
    tag: 'invocation',
    summary: 'Cancel, kill or purge; prefer the routes of those names',
    answers: { 202: { description: 'Requested or done', schema: answerSchema } },
  });
  app.delete('/invocations/:id', description, checked('query', deleteQuery), async (context) => {
    const { mode } = context.req.valid('query');
    const command = makePlainAct(mode, invocationIdOf(context.req.param('id')), operatorOf(context));
    return answerAct(parts, context, command, { status: 202 });
  });
}

async function answerAct(
  parts: AdminParts,
  context: Context,
  command: PurgeInvocation | ResumeInvocation,
  fixed?: { readonly status: 202 },
): Promise<Response> {
  const reply = await submitAct(parts, openPartitions(parts).ofInvocation(command.invocation), command);
  if (reply.kind === 'refused') throw refusalOfAct(reply.refusal);
  const isNow = reply.how === 'now';
  const answer: z.output<typeof answerSchema> = {
    invocation_id: command.invocation,
    outcome: isNow ? 'done' : 'requested',
  };
  return context.json(answer, fixed?.status ?? (isNow ? 200 : 202));
}

export function deploymentChoice(text: string): ResumeInvocation['deployment'] {
  const lower = text.toLowerCase();
  return lower === 'keep' || lower === 'latest' ? lower : deploymentIdOf(text);
}
