import { timeText } from '../view.ts';
import type { View } from '../view.ts';

/** What will happen at which time. */
export const sysTimer: View = {
  name: 'sys_timer',
  sql: `
    select ${timeText('fire_at')} as fire_at, invocation as invocation_id, purpose from store.timer`,
};

/** Operator acts, append-only. */
export const holdfastAudit: View = {
  name: 'holdfast_audit',
  sql: `
    select sequence, ${timeText('at')} as at, actor, act, subject, reason, before, after from store.audit`,
};

const sum = (name: string): string => `sum(work_count.record ->> '$.${name}')`;

/** Work that each deployment holds. All but the retained workflows keep it from being drained. */
export const holdfastDeploymentWork: View = {
  name: 'holdfast_deployment_work',
  sql: `
    select
      deployment as deployment_id,
      ${sum('running')} as running,
      ${sum('suspended')} as suspended,
      ${sum('paused')} as paused,
      ${sum('scheduled')} as scheduled,
      ${sum('queued')} as queued,
      ${sum('inTransit')} as in_transit,
      ${sum('retainedWorkflows')} as retained_workflows
    from store.work_count group by deployment`,
};

/** Messages on their way to other partitions. Payloads are not shown. */
export const holdfastOutbox: View = {
  name: 'holdfast_outbox',
  sql: `
    select partition, target, sequence, message ->> '$.kind' as kind, message ->> '$.id' as invocation_id
    from store.outbox`,
};
