/**
 * What SQL sees: views over the store's tables, named as in Restate where the notion is the same. They are temporary views of the query
 * process, so the tables below may change with any release and the views stay.
 */

/** Times are RFC 3339 text, as in Restate. */
const time = (expression: string): string => `strftime('%Y-%m-%dT%H:%M:%fZ', (${expression}) / 1000.0, 'unixepoch')`;

const path = (name: string, record = 'i.record'): string => `${record} ->> '$.${name}'`;

const targetOf = (record: string): string => `(${path('target.service', record)}) || '/'
    || case when ${path('target.serviceKind', record)} = 'service' then '' else (${path('target.key', record)}) || '/' end
    || (${path('target.handler', record)})`;

const serviceType = (kind: string): string => `case ${kind} when 'object' then 'virtual_object' else ${kind} end`;

const invocations = `
create temp view sys_invocation as
select
  i.id as id,
  ${targetOf('i.record')} as target,
  ${path('target.service')} as target_service_name,
  nullif(${path('target.key')}, '') as target_service_key,
  ${path('target.handler')} as target_handler_name,
  ${serviceType(path('target.serviceKind'))} as target_service_ty,
  ${path('idempotencyKey')} as idempotency_key,
  case ${path('invokedBy.kind')} when 'invocation' then 'service' when 'restart' then 'restart_as_new' else 'ingress' end as invoked_by,
  ${path('invokedBy.service')} as invoked_by_service_name,
  coalesce(${path('invokedBy.id')}, ${path('invokedBy.of')}) as invoked_by_id,
  (${path('invokedBy.service')}) || '/' || (${path('invokedBy.handler')}) as invoked_by_target,
  i.deployment as pinned_deployment_id,
  ${path('pin.protocolVersion')} as pinned_service_protocol_version,
  json_array_length(i.record, '$.versions') as version_count,
  case i.status when 'backingOff' then 'backing-off' else i.status end as status,
  ${path('state.result.kind')} as completion_result,
  case when ${path('state.result.kind')} = 'failure'
    then '[' || (${path('state.result.failure.code')}) || '] ' || (${path('state.result.failure.message')}) end as completion_failure,
  ${time(path('createdAt'))} as created_at,
  ${time(path('modifiedAt'))} as modified_at,
  ${time(path('startedAt'))} as running_at,
  case when i.status = 'scheduled' then ${time(path('state.startAt'))} end as scheduled_start_at,
  case when i.status = 'completed' then ${time(path('state.at'))} end as completed_at,
  ${path('completionRetentionMs')} as completion_retention_ms,
  ${path('journalRetentionMs')} as journal_retention_ms,
  ${path('retry.budgetUsed')} as retry_count,
  ${time(path('lastFailure.at'))} as last_failure_at,
  ${path('lastFailure.message')} as last_failure,
  ${path('lastFailure.code')} as last_failure_error_code,
  ${path('lastFailure.relatedCommandIndex')} as last_failure_related_command_index,
  ${path('lastFailure.relatedCommandName')} as last_failure_related_command_name,
  message_type_name(${path('lastFailure.relatedCommandType')}) as last_failure_related_command_type,
  coalesce(${path('lastFailure.deployment')}, i.deployment) as last_attempt_deployment_id,
  ${time(path('state.retryAt'))} as next_retry_at,
  ${path('state.reason.kind')} as paused_because,
  i.record -> '$.state.awaiting' as waiting_for,
  ${path('epoch')} as attempts,
  max(${path('journal.length')}, coalesce(t.length, 0)) as journal_size,
  case when i.status = 'running' then null else ${path('journal.commands')} end as journal_commands_size
from invocation i
left join (select invocation, max(first_index + entries) as length from log where entries > 0 group by invocation) t
  on t.invocation = i.number and i.status = 'running'`;

/** Pages hold what was sealed; the log holds the tail, from its last mark on. */
const journals = `
create temp view sys_journal as
select
  i.id as id,
  e.value ->> 'index' as "index",
  e.value ->> 'entry_type' as entry_type,
  e.value ->> 'name' as name,
  e.value ->> 'completion_id' as completion_id,
  e.value ->> 'invoked_target' as invoked_target,
  e.value ->> 'invoked_id' as invoked_id,
  e.value ->> 'promise_name' as promise_name,
  ${time("e.value ->> 'sleep_wakeup_at'")} as sleep_wakeup_at,
  (select v.value ->> 'deployment' from json_each(i.record, '$.versions') v
    where v.value ->> 'fromEntry' <= e.value ->> 'index' order by v.key desc limit 1) as recorded_by,
  e.value ->> 'raw_length' as raw_length,
  e.value ->> 'raw' as raw,
  e.value ->> 'entry_json' as entry_json
from invocation i
join (
  select place >> 20 as invocation, place & 1048575 as first_index, frames from page
  union all
  select l.invocation, l.first_index, l.frames from log l
  where l.entries > 0 and l.sequence >
    coalesce((select max(m.sequence) from log m where m.invocation = l.invocation and m.entries = 0), 0)
) p on p.invocation = i.number
join json_each(journal_entries(p.first_index, p.frames)) e`;

const events = `
create temp view sys_journal_events as
select
  i.id as id,
  v.value ->> 'fromEntry' as after_journal_entry_index,
  ${time("v.value ->> 'at'")} as appended_at,
  'DeploymentPinned' as event_type,
  v.value as event_json
from invocation i join json_each(i.record, '$.versions') v`;

const registry = `
create temp view sys_deployment as
select
  d.id as id,
  d.record ->> '$.address.kind' as ty,
  d.record ->> '$.address.uri' as endpoint,
  d.record ->> '$.sdk' as sdk_version,
  ${time("d.record ->> '$.createdAt'")} as created_at,
  d.record ->> '$.minProtocolVersion' as min_service_protocol_version,
  d.record ->> '$.maxProtocolVersion' as max_service_protocol_version,
  d.record ->> '$.grade' as grade,
  d.record ->> '$.fingerprint' as fingerprint,
  d.record ->> '$.closing' as closing
from deployment d;

create temp view sys_service as
select
  s.name as name,
  s.record ->> '$.revision' as revision,
  coalesce(s.record ->> '$.publicOverride', 1) as public,
  ${serviceType("s.record ->> '$.kind'")} as ty,
  s.record ->> '$.current' as deployment_id
from service s;

create temp view holdfast_deployment_work as
select
  deployment as deployment_id,
  sum(record ->> '$.running') as running,
  sum(record ->> '$.suspended') as suspended,
  sum(record ->> '$.paused') as paused,
  sum(record ->> '$.scheduled') as scheduled,
  sum(record ->> '$.queued') as queued,
  sum(record ->> '$.inTransit') as in_transit,
  sum(record ->> '$.retainedWorkflows') as retained_workflows
from work_count group by deployment`;

const keyed = `
create temp view sys_keyed_service_status as
select service as service_name, key as service_key, holder as invocation_id from object where holder is not null;

create temp view sys_inbox as
select service as service_name, key as service_key, invocation as id, sequence as sequence_number from queue;

create temp view state as
select service as service_name, key as service_key, name as key, value_text(value) as value_utf8, value as value,
  deployment as written_by, ${time('written_at')} as written_at
from main.state;

create temp view sys_promise as
select
  workflow as service_name, key as service_key, name as key,
  (record -> '$.result') is not null as completed,
  value_text(value) as completion_success_value_utf8,
  value as completion_success_value,
  record ->> '$.result.failure.message' as completion_failure,
  json_array_length(record, '$.waiters') as waiting
from promise;

create temp view sys_idempotency as
select
  i.record ->> '$.target.service' as service_name,
  nullif(i.record ->> '$.target.key', '') as service_key,
  i.record ->> '$.target.handler' as service_handler,
  i.record ->> '$.idempotencyKey' as idempotency_key,
  i.id as invocation_id
from invocation i where i.record ->> '$.idempotencyKey' is not null`;

const ours = `
create temp view holdfast_timer as
select invocation as invocation_id, ${time('fire_at')} as fire_at, purpose from timer;

create temp view holdfast_outbox as
select partition, target as target_partition, sequence, message ->> '$.kind' as message_kind from outbox;

create temp view holdfast_audit as
select sequence, ${time('at')} as at, actor, act, subject, reason, before, after from audit`;

/** Views in the order of their creation. */
export const viewsSql: string = [invocations, journals, events, registry, keyed, ours].join(';\n');

/** Columns that are true or false; SQLite has only 0 and 1. */
export const booleanColumns: ReadonlySet<string> = new Set(['completed', 'public', 'closing']);
