import type { DatabaseSync } from 'node:sqlite';
import type { RecordStatements } from './record-statements.ts';
import { integerOf } from './row.ts';

export function prepareOutbound(database: DatabaseSync): RecordStatements<'outbound'> {
  const find = database.prepare('select next from outbound where partition = ? and target = ?');
  const put = database.prepare(`
    insert into outbound (partition, target, next) values (?, ?, ?)
    on conflict (partition, target) do update set next = excluded.next`);
  const remove = database.prepare('delete from outbound where partition = ? and target = ?');
  return {
    find(partition, ref) {
      const row = find.get(partition, ref.target);
      return row === undefined ? undefined : { target: ref.target, next: integerOf(row, 'next') };
    },
    put(partition, record) {
      put.run(partition, record.target, record.next);
    },
    remove(partition, ref) {
      remove.run(partition, ref.target);
    },
  };
}
