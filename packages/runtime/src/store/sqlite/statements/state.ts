import type { DatabaseSync } from 'node:sqlite';
import type { DeploymentId } from '@holdfast/protocol';
import type { StateRecord } from '../../../engine/record.ts';
import type { RecordStatements } from './record-statements.ts';
import { bytesOf, integerOf, textOf } from './row.ts';
import type { Row } from './row.ts';

export interface StateStatements extends RecordStatements<'state'> {
  /** Sorted by the UTF-8 bytes of the name: the order of the unique index. */
  list(partition: number, key: { readonly service: string; readonly key: string }): readonly StateRecord[];
}

export function prepareState(database: DatabaseSync): StateStatements {
  const columns = 'name, deployment, written_at, value';
  const find = database.prepare(`
    select ${columns} from state where partition = ? and service = ? and key = ? and name = ?`);
  const list = database.prepare(`
    select ${columns} from state where partition = ? and service = ? and key = ? order by name`);
  const put = database.prepare(`
    insert into state (partition, service, key, name, deployment, written_at, value) values (?, ?, ?, ?, ?, ?, ?)
    on conflict (partition, service, key, name) do update set
      deployment = excluded.deployment, written_at = excluded.written_at, value = excluded.value`);
  const remove = database.prepare('delete from state where partition = ? and service = ? and key = ? and name = ?');
  return {
    find(partition, ref) {
      const row = find.get(partition, ref.service, ref.key, ref.name);
      return row === undefined ? undefined : decode(row, ref);
    },
    list(partition, key) {
      return list.all(partition, key.service, key.key).map((row) => decode(row, key));
    },
    put(partition, record) {
      const { service, key, name, deployment, writtenAt, value } = record;
      put.run(partition, service, key, name, deployment, writtenAt, value);
    },
    remove(partition, ref) {
      remove.run(partition, ref.service, ref.key, ref.name);
    },
  };
}

function decode(row: Row, key: { readonly service: string; readonly key: string }): StateRecord {
  return {
    service: key.service,
    key: key.key,
    name: textOf(row, 'name'),
    value: bytesOf(row, 'value'),
    // Written above from a branded id.
    deployment: textOf(row, 'deployment') as DeploymentId,
    writtenAt: integerOf(row, 'written_at'),
  };
}
