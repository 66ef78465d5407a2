import type { DatabaseSync } from 'node:sqlite';
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import type { InvocationRecord } from '../../../engine/record.ts';
import type { RecordStatements } from './record-statements.ts';
import { bytesOf, findBytes, textOf } from './row.ts';
import type { Row } from './row.ts';

export interface InvocationStatements extends RecordStatements<'invocation'> {
  listRunning(partition: number, after: string, limit: number): readonly InvocationId[];
  /** Unfinished work of a deployment, and its workflow runs that are still retained; oldest first. */
  listBlockers(deployment: DeploymentId, limit: number): readonly InvocationRecord[];
}

export function prepareInvocation(database: DatabaseSync): InvocationStatements {
  const find = database.prepare('select record, output from invocation where id = ? and partition = ?');
  const put = database.prepare(`
    insert into invocation (partition, id, status, deployment, record, output) values (?, ?, ?, ?, ?, ?)
    on conflict (id) do update set
      status = excluded.status, deployment = excluded.deployment, record = excluded.record, output = excluded.output`);
  const remove = database.prepare('delete from invocation where id = ? and partition = ?');
  const running = database.prepare(`
    select id from invocation where partition = ? and status = 'running' and id > ? order by id limit ?`);
  const unfinished = database.prepare(`
    select record, output from invocation
    where deployment = ? and status <> 'completed' order by number limit ?`);
  const retained = database.prepare(`
    select record, output from invocation
    where deployment = ? and status = 'completed' and record ->> '$.target.handlerKind' = 'run' order by number limit ?`);
  return {
    find(partition, ref) {
      const row = find.get(ref.id, partition);
      return row === undefined ? undefined : decode(row);
    },
    put(partition, record) {
      const { text, output } = encode(record);
      put.run(partition, record.id, record.state.status, record.pin.deployment, text, output);
    },
    remove(partition, ref) {
      remove.run(ref.id, partition);
    },
    listRunning(partition, after, limit) {
      // Ids are written by this file only, from records that carry the brand.
      return running.all(partition, after, limit).map((row) => textOf(row, 'id') as InvocationId);
    },
    listBlockers(deployment, limit) {
      const rows = unfinished.all(deployment, limit);
      if (rows.length < limit) rows.push(...retained.all(deployment, limit - rows.length));
      return rows.map(decode);
    },
  };
}

/** The value of a result is the user's bytes, of any size: it stays out of the JSON. */
function encode(record: InvocationRecord): { readonly text: string; readonly output: Uint8Array | null } {
  const { state } = record;
  if (state.status !== 'completed' || state.result.kind !== 'success') {
    return { text: JSON.stringify(record), output: null };
  }
  const text = JSON.stringify({ ...record, state: { ...state, result: { kind: 'success' } } });
  return { text, output: state.result.value };
}

function decode(row: Row): InvocationRecord {
  // Written by `encode` from a record of this type; schema steps convert older ones.
  const record = JSON.parse(textOf(row, 'record')) as InvocationRecord;
  if (findBytes(row, 'output') === undefined || record.state.status !== 'completed') return record;
  return { ...record, state: { ...record.state, result: { kind: 'success', value: bytesOf(row, 'output') } } };
}
