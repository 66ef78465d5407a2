import { serviceTypeText, timeText } from '../view.ts';
import type { View } from '../view.ts';

const field = (path: string): string => `record ->> '$.${path}'`;
const status = field('state.status');
const failure = (name: string): string => field(`lastFailure.${name}`);
const invokedBy = (name: string): string => field(`invokedBy.${name}`);
const isCompleted = `status = 'completed'`;

/** One row per invocation. The first columns are Restate's; those from `paused_because` on are ours. */
export const sysInvocation: View = {
  name: 'sys_invocation',
  sql: `
    select
      id,
      (${field('target.service')})
        || case when ${field('target.serviceKind')} = 'service' then '' else '/' || (${field('target.key')}) end
        || '/' || (${field('target.handler')}) as target,
      ${field('target.service')} as target_service_name,
      case when ${field('target.serviceKind')} = 'service' then null else ${field('target.key')} end as target_service_key,
      ${field('target.handler')} as target_handler_name,
      ${serviceTypeText(field('target.serviceKind'))} as target_service_ty,
      ${field('idempotencyKey')} as idempotency_key,
      case ${invokedBy('kind')} when 'invocation' then 'service' when 'restart' then 'restart_as_new' else 'ingress' end
        as invoked_by,
      ${invokedBy('service')} as invoked_by_service_name,
      coalesce(${invokedBy('id')}, ${invokedBy('of')}) as invoked_by_id,
      (${invokedBy('service')}) || '/' || (${invokedBy('handler')}) as invoked_by_target,
      ${invokedBy('of')} as restarted_from,
      ${field('pin.deployment')} as pinned_deployment_id,
      ${field('pin.protocolVersion')} as pinned_service_protocol_version,
      journal_length(number, ${field('journal.length')}) as journal_size,
      journal_commands(number, ${field('journal.length')}, ${field('journal.commands')}) as journal_commands_size,
      ${timeText(field('createdAt'))} as created_at,
      ${timeText(field('modifiedAt'))} as modified_at,
      ${timeText(field('state.startAt'))} as scheduled_start_at,
      ${timeText(field('startedAt'))} as running_at,
      case when ${isCompleted} then ${timeText(field('state.at'))} end as completed_at,
      ${field('state.awaiting.completions')} as suspended_waiting_for_completions,
      ${field('state.awaiting.signals')} as suspended_waiting_for_signals,
      ${field('retry.budgetUsed')} as retry_count,
      ${timeText(field('state.retryAt'))} as next_retry_at,
      coalesce(${failure('deployment')}, deployment) as last_attempt_deployment_id,
      ${failure('message')} as last_failure,
      ${failure('code')} as last_failure_error_code,
      ${failure('relatedCommandIndex')} as last_failure_related_command_index,
      ${failure('relatedCommandName')} as last_failure_related_command_name,
      message_type_name(${failure('relatedCommandType')}) as last_failure_related_command_type,
      case ${status} when 'backingOff' then 'backing-off' else ${status} end as status,
      case when ${isCompleted} then ${field('state.result.kind')} end as completion_result,
      case when ${field('state.result.kind')} = 'failure'
        then '[' || (${field('state.result.failure.code')}) || '] ' || (${field('state.result.failure.message')}) end
        as completion_failure,
      ${field('state.reason.kind')} as paused_because,
      ${field('state.awaiting')} as waiting_for,
      ${timeText(field('state.since'))} as waiting_since,
      ${field('epoch')} as attempts,
      ${field('completionRetentionMs')} as completion_retention_ms,
      ${field('journalRetentionMs')} as journal_retention_ms,
      ${timeText(failure('at'))} as last_failure_at,
      ${failure('protocolCode')} as last_failure_protocol_code,
      ${failure('stacktrace')} as last_failure_stacktrace,
      ${field('versions')} as versions,
      json_array_length(record, '$.versions') as version_count,
      output as completion_value,
      utf8(output) as completion_value_utf8,
      partition as partition
    from store.invocation`,
};
