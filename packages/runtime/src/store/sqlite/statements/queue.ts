import type { DatabaseSync } from 'node:sqlite';
import type { InvocationId } from '@holdfast/protocol';
import type { RecordStatements } from './record-statements.ts';
import { textOf } from './row.ts';

export function prepareQueue(database: DatabaseSync): RecordStatements<'queue'> {
  const place = 'partition = ? and service = ? and key = ? and sequence = ?';
  const find = database.prepare(`select invocation from queue where ${place}`);
  const put = database.prepare(`
    insert into queue (partition, service, key, sequence, invocation) values (?, ?, ?, ?, ?)
    on conflict (partition, service, key, sequence) do update set invocation = excluded.invocation`);
  const remove = database.prepare(`delete from queue where ${place}`);
  return {
    find(partition, ref) {
      const row = find.get(partition, ref.service, ref.key, ref.sequence);
      if (row === undefined) return undefined;
      // Written below from a branded id.
      const invocation = textOf(row, 'invocation') as InvocationId;
      return { service: ref.service, key: ref.key, sequence: ref.sequence, invocation };
    },
    put(partition, record) {
      put.run(partition, record.service, record.key, record.sequence, record.invocation);
    },
    remove(partition, ref) {
      remove.run(partition, ref.service, ref.key, ref.sequence);
    },
  };
}
