import type { DatabaseSync } from 'node:sqlite';
import type { CountRecord } from '../../../engine/record.ts';
import type { RecordStatements } from './record-statements.ts';
import { textOf } from './row.ts';

export function prepareWorkCount(database: DatabaseSync): RecordStatements<'count'> {
  const find = database.prepare('select record from work_count where partition = ? and deployment = ?');
  const put = database.prepare(`
    insert into work_count (partition, deployment, record) values (?, ?, ?)
    on conflict (partition, deployment) do update set record = excluded.record`);
  const remove = database.prepare('delete from work_count where partition = ? and deployment = ?');
  return {
    find(partition, ref) {
      const row = find.get(partition, ref.deployment);
      // Written below from a record of this type; schema steps convert older ones.
      return row === undefined ? undefined : (JSON.parse(textOf(row, 'record')) as CountRecord);
    },
    put(partition, record) {
      put.run(partition, record.deployment, JSON.stringify(record));
    },
    remove(partition, ref) {
      remove.run(partition, ref.deployment);
    },
  };
}
