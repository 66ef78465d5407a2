import { timeText } from '../view.ts';
import type { View } from '../view.ts';

/** State of objects and workflows. `written_by` and `written_at` are ours: who wrote the value, and when. */
export const state: View = {
  name: 'state',
  sql: `
    select
      service as service_name,
      key as service_key,
      name as key,
      length(cast(name as blob)) as key_length,
      utf8(value) as value_utf8,
      value,
      length(value) as value_length,
      deployment as written_by,
      ${timeText('written_at')} as written_at
    from store.state`,
};

/** Invocations that wait for their turn on a key. */
export const sysInbox: View = {
  name: 'sys_inbox',
  sql: `
    select
      queue.service as service_name,
      queue.key as service_key,
      queue.invocation as id,
      queue.sequence as sequence_number,
      ${timeText("invocation.record ->> '$.createdAt'")} as created_at
    from store.queue left join store.invocation on invocation.id = queue.invocation`,
};

/** Keys whose lock is held. */
export const sysKeyedServiceStatus: View = {
  name: 'sys_keyed_service_status',
  sql: `
    select service as service_name, key as service_key, holder as invocation_id
    from store.object where holder is not null`,
};

/** Durable promises of workflows. */
export const sysPromise: View = {
  name: 'sys_promise',
  sql: `
    select
      workflow as service_name,
      key as service_key,
      name as key,
      record ->> '$.result' is not null as completed,
      value as completion_success_value,
      utf8(value) as completion_success_value_utf8,
      case when record ->> '$.result.kind' = 'failure'
        then '[' || (record ->> '$.result.failure.code') || '] ' || (record ->> '$.result.failure.message') end
        as completion_failure,
      json_array_length(record, '$.waiters') as waiting
    from store.promise`,
};

/** Idempotency keys of invocations that are still retained. */
export const sysIdempotency: View = {
  name: 'sys_idempotency',
  sql: `
    select
      record ->> '$.target.service' as service_name,
      case when record ->> '$.target.serviceKind' = 'service' then null else record ->> '$.target.key' end as service_key,
      record ->> '$.target.handler' as service_handler,
      record ->> '$.idempotencyKey' as idempotency_key,
      id as invocation_id
    from store.invocation where record ->> '$.idempotencyKey' is not null`,
};
