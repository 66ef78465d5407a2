/** State is the fold of what its holders recorded: nothing else writes it, and what holders read is what it was. */
import type { InvocationRecord } from '../engine/record.ts';
import { decodeFrames } from './audit-journal.ts';
import type { JournalEntry } from './audit-journal.ts';
import type { AuditedCommit } from './audited-commit.ts';
import type { Violation } from './effects-ledger.ts';

type Values = Map<string, string>;

interface KeyState {
  readonly service: string;
  readonly key: string;
  readonly values: Values;
}

export function auditState(commit: AuditedCommit, violation: Violation): void {
  const states = new Map<string, KeyState>();
  const open = (service: string, key: string): Values => {
    const name = `${service}/${key}`;
    const state = states.get(name) ?? { service, key, values: readBefore(commit, service, key) };
    states.set(name, state);
    return state.values;
  };
  for (const write of commit.batch.journal) {
    if (write.kind !== 'append') continue;
    const record = commit.findBefore<'invocation'>({ table: 'invocation', id: write.invocation });
    // The prefix that a restart copies has had its effect already.
    if (record === undefined || record.target.serviceKind === 'service') continue;
    const values = open(record.target.service, record.target.key);
    for (const entry of decodeFrames(write.frames)) applyEntry(record, entry, values, violation);
  }
  for (const { before } of commit.changes('invocation')) {
    if (before === undefined || before.target.handlerKind !== 'run') continue;
    const after = commit.findAfter<'invocation'>({ table: 'invocation', id: before.id });
    if (after?.randomSeed !== before.randomSeed) open(before.target.service, before.target.key).clear();
  }
  for (const change of commit.changes('state')) {
    const record = change.after ?? change.before;
    if (record !== undefined) open(record.service, record.key);
  }
  for (const [name, state] of states) {
    if (commit.hasAct('state.edit', name)) continue;
    compare(name, state.values, readAfter(commit, state), violation);
  }
}

function applyEntry(record: InvocationRecord, entry: JournalEntry, values: Values, violation: Violation): void {
  switch (entry.kind) {
    case 'setState':
      values.set(text(entry.key), text(entry.value));
      return;
    case 'clearState':
      values.delete(text(entry.key));
      return;
    case 'clearAllState':
      values.clear();
      return;
    case 'getEagerState':
      expectRead(
        record,
        { name: text(entry.key), read: entry.value === undefined ? undefined : text(entry.value) },
        values,
        violation,
      );
      return;
    case 'getEagerStateKeys': {
      if (!isHolder(record)) return;
      const [read, held] = [entry.keys.map(text).join(), [...values.keys()].toSorted().join()];
      if (read !== held) violation('state', `${record.id} read the names ${read}, its key holds ${held}`);
      return;
    }
    default:
  }
}

function expectRead(
  record: InvocationRecord,
  one: { readonly name: string; readonly read: string | undefined },
  values: Values,
  violation: Violation,
): void {
  if (!isHolder(record) || one.read === values.get(one.name)) return;
  violation('state', `${record.id} read ${one.name} = ${one.read}, its key holds ${values.get(one.name)}`);
}

/** Shared handlers read a snapshot, which may be older; a prefix that a restart copied wrote to the state of another time. */
function isHolder(record: InvocationRecord): boolean {
  if (record.invokedBy.kind === 'restart') return false;
  return record.target.handlerKind === 'exclusive' || record.target.handlerKind === 'run';
}

function readBefore(commit: AuditedCommit, service: string, key: string): Values {
  return new Map(commit.before.state(service, key).map((state) => [state.name, text(state.value)]));
}

function readAfter(commit: AuditedCommit, { service, key }: KeyState): Values {
  const values = readBefore(commit, service, key);
  for (const { before, after } of commit.changes('state')) {
    const record = after ?? before;
    if (record?.service !== service || record.key !== key) continue;
    if (after === undefined) values.delete(record.name);
    else values.set(after.name, text(after.value));
  }
  return values;
}

function compare(name: string, expected: Values, found: Values, violation: Violation): void {
  const show = (values: Values): string =>
    JSON.stringify([...values.keys()].toSorted().map((name) => [name, values.get(name)]));
  if (show(expected) !== show(found))
    violation('state', `${name} becomes ${show(found)}; what was recorded makes it ${show(expected)}`);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
