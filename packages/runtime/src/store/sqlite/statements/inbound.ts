import type { DatabaseSync } from 'node:sqlite';
import type { RecordStatements } from './record-statements.ts';
import { integerOf } from './row.ts';

export function prepareInbound(database: DatabaseSync): RecordStatements<'inbound'> {
  const find = database.prepare('select sequence from inbound where partition = ? and source = ?');
  const put = database.prepare(`
    insert into inbound (partition, source, sequence) values (?, ?, ?)
    on conflict (partition, source) do update set sequence = excluded.sequence`);
  const remove = database.prepare('delete from inbound where partition = ? and source = ?');
  return {
    find(partition, ref) {
      const row = find.get(partition, ref.source);
      return row === undefined ? undefined : { source: ref.source, sequence: integerOf(row, 'sequence') };
    },
    put(partition, record) {
      put.run(partition, record.source, record.sequence);
    },
    remove(partition, ref) {
      remove.run(partition, ref.source);
    },
  };
}
