import type { DatabaseSync } from 'node:sqlite';
import type { PromiseRecord } from '../../../engine/record.ts';
import type { RecordStatements } from './record-statements.ts';
import { findBytes, textOf } from './row.ts';
import type { Row } from './row.ts';

export interface PromiseStatements extends RecordStatements<'promise'> {
  /** Sorted by the UTF-8 bytes of the name. */
  list(partition: number, key: { readonly workflow: string; readonly key: string }): readonly PromiseRecord[];
}

export function preparePromise(database: DatabaseSync): PromiseStatements {
  const find = database.prepare(`
    select record, value from promise where partition = ? and workflow = ? and key = ? and name = ?`);
  const list = database.prepare(`
    select record, value from promise where partition = ? and workflow = ? and key = ? order by name`);
  const put = database.prepare(`
    insert into promise (partition, workflow, key, name, record, value) values (?, ?, ?, ?, ?, ?)
    on conflict (partition, workflow, key, name) do update set record = excluded.record, value = excluded.value`);
  const remove = database.prepare('delete from promise where partition = ? and workflow = ? and key = ? and name = ?');
  return {
    find(partition, ref) {
      const row = find.get(partition, ref.service, ref.key, ref.name);
      return row === undefined ? undefined : decode(row);
    },
    list(partition, key) {
      return list.all(partition, key.workflow, key.key).map(decode);
    },
    put(partition, record) {
      const success = record.result?.kind === 'success' ? record.result : undefined;
      const text = JSON.stringify(success === undefined ? record : { ...record, result: { kind: 'success' } });
      put.run(partition, record.workflow, record.key, record.name, text, success?.value ?? null);
    },
    remove(partition, ref) {
      remove.run(partition, ref.service, ref.key, ref.name);
    },
  };
}

function decode(row: Row): PromiseRecord {
  // Written above from a record of this type; schema steps convert older ones.
  const record = JSON.parse(textOf(row, 'record')) as PromiseRecord;
  const value = findBytes(row, 'value');
  return value === undefined ? record : { ...record, result: { kind: 'success', value } };
}
