import type { Hono } from 'hono';
import { z } from 'zod';
import type { InvocationRecord } from '../../engine/record.ts';
import type { AdminParts } from '../admin-parts.ts';
import { describeEndpoint, invocationIdOf } from '../endpoint.ts';
import { openPartitions } from '../loaded-registry.ts';
import { submitAct } from '../submit-act.ts';
import { invocationViewSchema, viewInvocation } from '../views/invocation-view.ts';
import type { InvocationView } from '../views/invocation-view.ts';
import { mismatchCode, mismatchReportSchema, reportMismatch } from '../views/mismatch-report.ts';
import type { MismatchReport } from '../views/mismatch-report.ts';
import { notFound } from './restart-invocation.ts';

interface DescribedInvocation extends InvocationView {
  readonly mismatch?: MismatchReport | undefined;
}

const answerSchema: z.ZodType<DescribedInvocation> = z.intersection(
  invocationViewSchema,
  z.object({ mismatch: mismatchReportSchema.optional() }),
);

export function addGetInvocation(app: Hono, parts: AdminParts): void {
  const description = describeEndpoint({
    operationId: 'getInvocation',
    tag: 'invocation',
    summary: 'Status, pin, version history, last failure, and the report of a mismatch',
    answers: { 200: { description: 'Invocation', schema: answerSchema } },
  });
  app.get('/invocations/:id', description, async (context) => {
    const invocation = invocationIdOf(context.req.param('id'));
    const partition = openPartitions(parts).ofInvocation(invocation);
    const record = await submitAct(parts, partition, { kind: 'describe', invocation });
    if (record === undefined) throw notFound(invocation);
    const mismatch = await findMismatch(parts, record);
    const isWaiting = record.state.status === 'running' && parts.isWaiting(invocation);
    const wait = isWaiting ? { hold: parts.findHold(record.pin.deployment) } : undefined;
    const answer: DescribedInvocation = {
      ...viewInvocation(record, wait),
      ...(mismatch === undefined ? {} : { mismatch }),
    };
    return context.json(answer);
  });
}

async function findMismatch(parts: AdminParts, record: InvocationRecord): Promise<MismatchReport | undefined> {
  const { lastFailure, state } = record;
  if (lastFailure?.code !== mismatchCode || state.status === 'completed') return undefined;
  const journal = await openPartitions(parts)
    .readsOf(record.id)
    .readJournal(record.id, { from: 0, to: record.journal.length });
  return reportMismatch(record, lastFailure, journal);
}
