import type { DatabaseSync } from 'node:sqlite';
import type { InvocationId } from '@holdfast/protocol';
import type { RecordStatements } from './record-statements.ts';
import { findText, integerOf } from './row.ts';

export function prepareObject(database: DatabaseSync): RecordStatements<'object'> {
  const find = database.prepare(
    'select holder, head, tail from object where partition = ? and service = ? and key = ?',
  );
  const put = database.prepare(`
    insert into object (partition, service, key, holder, head, tail) values (?, ?, ?, ?, ?, ?)
    on conflict (partition, service, key) do update set holder = excluded.holder, head = excluded.head, tail = excluded.tail`);
  const remove = database.prepare('delete from object where partition = ? and service = ? and key = ?');
  return {
    find(partition, ref) {
      const row = find.get(partition, ref.service, ref.key);
      if (row === undefined) return undefined;
      const holder = findText(row, 'holder');
      return {
        service: ref.service,
        key: ref.key,
        // Written below from a branded id.
        ...(holder === undefined ? {} : { holder: holder as InvocationId }),
        head: integerOf(row, 'head'),
        tail: integerOf(row, 'tail'),
      };
    },
    put(partition, record) {
      put.run(partition, record.service, record.key, record.holder ?? null, record.head, record.tail);
    },
    remove(partition, ref) {
      remove.run(partition, ref.service, ref.key);
    },
  };
}
