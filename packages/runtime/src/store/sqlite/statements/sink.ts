import type { DatabaseSync } from 'node:sqlite';
import type { InvocationId } from '@holdfast/protocol';
import type { SinkRecord } from '../../../engine/record.ts';
import type { RecordStatements } from './record-statements.ts';
import { integerOf, textOf } from './row.ts';
import type { Row } from './row.ts';

export interface SinkStatements extends RecordStatements<'sink'> {
  /** Sorted by waiting invocation and completion id. */
  list(partition: number, awaited: InvocationId): readonly SinkRecord[];
}

export function prepareSink(database: DatabaseSync): SinkStatements {
  const columns = 'awaited, invocation, created_at, completion_id, notification';
  const place = 'partition = ? and awaited = ? and invocation = ? and completion_id = ?';
  const find = database.prepare(`select ${columns} from sink where ${place}`);
  const list = database.prepare(`
    select ${columns} from sink where partition = ? and awaited = ? order by invocation, completion_id`);
  const put = database.prepare(`
    insert into sink (partition, awaited, invocation, created_at, completion_id, notification) values (?, ?, ?, ?, ?, ?)
    on conflict (partition, awaited, invocation, completion_id)
    do update set created_at = excluded.created_at, notification = excluded.notification`);
  const remove = database.prepare(`delete from sink where ${place}`);
  return {
    find(partition, ref) {
      const row = find.get(partition, ref.awaited, ref.invocation, ref.completionId);
      return row === undefined ? undefined : decode(row);
    },
    list(partition, awaited) {
      return list.all(partition, awaited).map(decode);
    },
    put(partition, record) {
      const { awaited, invocation, createdAt, completionId, notification } = record;
      put.run(partition, awaited, invocation, createdAt, completionId, notification);
    },
    remove(partition, ref) {
      remove.run(partition, ref.awaited, ref.invocation, ref.completionId);
    },
  };
}

function decode(row: Row): SinkRecord {
  return {
    // Written above from branded ids.
    awaited: textOf(row, 'awaited') as InvocationId,
    invocation: textOf(row, 'invocation') as InvocationId,
    createdAt: integerOf(row, 'created_at'),
    completionId: integerOf(row, 'completion_id'),
    notification: textOf(row, 'notification') === 'call' ? 'call' : 'attachInvocation',
  };
}
