import type { DatabaseSync } from 'node:sqlite';
import type { OutboxRecord } from '../../../engine/record.ts';
import { parsePayloads, stringifyPayloads } from './payload-json.ts';
import type { RecordStatements } from './record-statements.ts';
import { integerOf, textOf } from './row.ts';
import type { Row } from './row.ts';

export interface OutboxStatements extends RecordStatements<'outbox'> {
  /** By target, then sequence. */
  list(partition: number, limit: number): readonly OutboxRecord[];
}

export function prepareOutbox(database: DatabaseSync): OutboxStatements {
  const find = database.prepare(`
    select target, sequence, message from outbox where partition = ? and target = ? and sequence = ?`);
  const put = database.prepare(`
    insert into outbox (partition, target, sequence, message) values (?, ?, ?, ?)
    on conflict (partition, target, sequence) do update set message = excluded.message`);
  const remove = database.prepare('delete from outbox where partition = ? and target = ? and sequence = ?');
  const list = database.prepare(`
    select target, sequence, message from outbox where partition = ? order by target, sequence limit ?`);
  return {
    find(partition, ref) {
      const row = find.get(partition, ref.target, ref.sequence);
      return row === undefined ? undefined : decode(row);
    },
    put(partition, record) {
      put.run(partition, record.target, record.sequence, stringifyPayloads(record.message));
    },
    remove(partition, ref) {
      remove.run(partition, ref.target, ref.sequence);
    },
    list(partition, limit) {
      return list.all(partition, limit).map(decode);
    },
  };
}

function decode(row: Row): OutboxRecord {
  return {
    target: integerOf(row, 'target'),
    sequence: integerOf(row, 'sequence'),
    // Written above from a message of this type; schema steps convert older ones.
    message: parsePayloads(textOf(row, 'message')) as OutboxRecord['message'],
  };
}
