import type { Operator } from '../engine/command.ts';
import type { AuditRecord } from '../engine/record.ts';

/** One operator act on deployments or services. `before` and `after` are JSON-safe. */
export function auditRow(
  act: string,
  subject: string,
  operator: Operator,
  change: { readonly now: number; readonly before: unknown; readonly after: unknown },
): AuditRecord {
  const { now, before, after } = change;
  return { at: now, actor: operator.actor, act, subject, reason: operator.reason, before, after };
}
