/** What all operator acts share: the usual refusals, and an audit row in the same transaction (promise P9). */
import type { InvocationId } from '@holdfast/protocol';
import type { ActReply, Operator, Refusal } from '../command.ts';
import type { Env } from '../env.ts';
import type { InvocationRecord } from '../record.ts';
import { refuse } from '../refusal.ts';
import type { Transaction } from '../transaction.ts';

export function notFound(id: InvocationId): Refusal {
  return refuse(
    'INVOCATION_NOT_FOUND',
    `There is no invocation ${id}.`,
    'It may have ended and its retention passed. List them with "holdfast invocations list".',
    { invocation: id },
  );
}

export function alreadyCompleted(id: InvocationId, act: string): Refusal {
  return refuse(
    'INVOCATION_COMPLETED',
    `Invocation ${id} is completed; there is nothing to ${act}.`,
    `See its result with "holdfast invocations describe ${id}".`,
    { invocation: id },
  );
}

export function done(how: 'now' | 'requested'): ActReply {
  return { kind: 'done', how };
}

export function refused(refusal: Refusal): { readonly kind: 'refused'; readonly refusal: Refusal } {
  return { kind: 'refused', refusal };
}

/** Records who did what, and how the invocation stood before and after. */
export function auditAct(
  tx: Transaction,
  env: Env,
  operator: Operator & { readonly kind: string },
  before: InvocationRecord,
): void {
  const after = tx.invocation(before.id);
  tx.audit({
    at: env.now,
    actor: operator.actor,
    act: `invocation.${operator.kind}`,
    subject: before.id,
    reason: operator.reason,
    before: summary(before),
    after: after === undefined ? null : summary(after),
  });
}

function summary(record: InvocationRecord): unknown {
  return { status: record.state.status, deployment: record.pin.deployment, journalLength: record.journal.length };
}
