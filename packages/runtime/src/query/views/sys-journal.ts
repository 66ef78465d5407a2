import { timeText } from '../view.ts';
import type { View } from '../view.ts';

const entry = (column: string): string => `journal_entry(invocation.number, place.value, '${column}')`;

/**
 * One row per journal entry, commands and notifications in one order. Entries are decoded only for the columns that are asked for. The last
 * two are ours: `recorded_by` is the deployment whose code was running.
 */
export const sysJournal: View = {
  name: 'sys_journal',
  sql: `
    select
      invocation.id as id,
      place.value as "index",
      ${entry('entry_type')} as entry_type,
      ${entry('name')} as name,
      ${entry('completed')} as completed,
      ${entry('invoked_id')} as invoked_id,
      ${entry('invoked_target')} as invoked_target,
      ${timeText(entry('sleep_wakeup_at'))} as sleep_wakeup_at,
      ${entry('promise_name')} as promise_name,
      ${entry('raw')} as raw,
      length(${entry('raw')}) as raw_length,
      ${entry('entry_json')} as entry_json,
      ${entry('completion_id')} as completion_id,
      (select version.value ->> 'deployment' from json_each(invocation.record, '$.versions') as version
       where version.value ->> 'fromEntry' <= place.value order by version.key desc limit 1) as recorded_by
    from store.invocation, json_each(journal_places(invocation.number)) as place`,
};

/** What happened to an invocation beside its journal: which deployment it was pinned to, from which entry on, and by whom. */
export const sysJournalEvents: View = {
  name: 'sys_journal_events',
  sql: `
    select
      invocation.id as id,
      version.value ->> 'fromEntry' as after_journal_entry_index,
      ${timeText("version.value ->> 'at'")} as appended_at,
      'DeploymentPinned' as event_type,
      version.value as event_json
    from store.invocation, json_each(invocation.record, '$.versions') as version`,
};
