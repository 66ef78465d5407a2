/** The columns of sys_journal, each computed from one entry. */
import type { Command, Notification } from '@holdfast/protocol';
import { completionsOf } from '../engine/fold-journal.ts';
import type { JournalReader } from './journal-reader.ts';
import { toEntryJson } from './entry-json.ts';

type Cell = string | number | Uint8Array | null;

interface EntryPlace {
  readonly reader: JournalReader;
  readonly number: number;
  readonly index: number;
}

const columns: Readonly<Record<string, (entry: Command | Notification, place: EntryPlace) => Cell>> = {
  entry_type: (entry) =>
    entry.kind === 'notification' ? `Notification: ${capitalize(entry.of)}` : `Command: ${capitalize(entry.kind)}`,
  name: (entry) => (entry.kind === 'notification' ? signalName(entry) : entry.name === '' ? null : entry.name),
  completed: (entry, place) => (isCompleted(entry, place) ? 1 : 0),
  completion_id: (entry) => findCompletionId(entry) ?? null,
  invoked_id: (entry, place) => findInvokedId(entry, place) ?? null,
  invoked_target: (entry) => (entry.kind === 'call' || entry.kind === 'oneWayCall' ? targetText(entry) : null),
  sleep_wakeup_at: (entry) => (entry.kind === 'sleep' ? entry.wakeUpAt : null),
  promise_name: (entry) =>
    entry.kind === 'getPromise' || entry.kind === 'peekPromise' || entry.kind === 'completePromise' ? entry.key : null,
  raw: (_entry, { reader, number, index }) => reader.frames(number)[index]?.body ?? null,
  entry_json: (entry) => toEntryJson(entry),
};

export function journalEntryColumn(place: EntryPlace, column: string): Cell {
  const entry = place.reader.entry(place.number, place.index);
  return entry === undefined ? null : (columns[column]?.(entry, place) ?? null);
}

/** Commands that announce nothing are complete when they are recorded. */
function isCompleted(entry: Command | Notification, { reader, number }: EntryPlace): boolean {
  if (entry.kind === 'notification') return true;
  return completionsOf(entry).every(([id]) => reader.notification(number, id) !== undefined);
}

function findInvokedId(entry: Command | Notification, { reader, number }: EntryPlace): string | undefined {
  if (entry.kind === 'notification') {
    return entry.result.kind === 'invocationId' ? entry.result.invocationId : undefined;
  }
  if (entry.kind !== 'call' && entry.kind !== 'oneWayCall') return undefined;
  const result = reader.notification(number, entry.invocationIdCompletionId)?.result;
  return result?.kind === 'invocationId' ? result.invocationId : undefined;
}

function findCompletionId(entry: Command | Notification): number | undefined {
  if (entry.kind === 'notification') return entry.id.kind === 'completion' ? entry.id.id : undefined;
  return 'completionId' in entry ? entry.completionId : undefined;
}

function signalName(notification: Notification): string | null {
  return notification.id.kind === 'namedSignal' ? notification.id.name : null;
}

function targetText(call: { readonly service: string; readonly key: string; readonly handler: string }): string {
  return call.key === '' ? `${call.service}/${call.handler}` : `${call.service}/${call.key}/${call.handler}`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
