import type { DatabaseSync } from 'node:sqlite';
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import type { InvocationRecord } from '../../../engine/record.ts';
import { blocksRemoval } from '../../blocks-removal.ts';
import type { RecordStatements } from './record-statements.ts';
import { bytesOf, findBytes, integerOf, textOf } from './row.ts';
import type { Row } from './row.ts';

export interface InvocationStatements extends RecordStatements<'invocation'> {
  /** What names the invocation in the journal tables; undefined = there is no such record. */
  findNumber(id: InvocationId): number | undefined;
  /**
   * Numbers of records that were put are remembered until this is called, at the end of the transaction: the journal of an accepted
   * invocation follows in the same one.
   */
  forgetNumbers(): void;
  listRunning(partition: number, after: string, limit: number): readonly InvocationId[];
  /** Unfinished work of a deployment, and its workflow runs that are still retained; oldest first. */
  listBlockers(deployment: DeploymentId, limit: number): readonly InvocationRecord[];
}

export function prepareInvocation(database: DatabaseSync): InvocationStatements {
  const find = database.prepare('select record, output from invocation where id = ? and partition = ?');
  const findNumber = database.prepare('select number from invocation where id = ?');
  const put = database.prepare(`
    insert into invocation (partition, id, status, holds, deployment, record, output) values (?, ?, ?, ?, ?, ?, ?)
    on conflict (id) do update set
      status = excluded.status, holds = excluded.holds, deployment = excluded.deployment,
      record = excluded.record, output = excluded.output
    returning number`);
  const remove = database.prepare('delete from invocation where id = ? and partition = ?');
  const running = database.prepare(`
    select id from invocation where partition = ? and status = 'running' and id > ? order by id limit ?`);
  // Two arms, because running invocations are in no index by deployment: there are never more of them than attempts.
  const blockers = database.prepare(`
    select number, record, output from invocation where holds = 1 and deployment = ?1
    union all
    select number, record, output from invocation where status = 'running' and deployment = ?1
    order by number limit ?2`);
  const numbers = new Map<InvocationId, number>();
  return {
    find(partition, ref) {
      const row = find.get(ref.id, partition);
      return row === undefined ? undefined : decode(row);
    },
    put(partition, record) {
      const { text, output } = encode(record);
      const { status } = record.state;
      const holds = status !== 'running' && blocksRemoval(record) ? 1 : 0;
      const row = put.get(partition, record.id, status, holds, record.pin.deployment, text, output) ?? {};
      numbers.set(record.id, integerOf(row, 'number'));
    },
    remove(partition, ref) {
      numbers.delete(ref.id);
      remove.run(ref.id, partition);
    },
    findNumber(id) {
      const known = numbers.get(id);
      if (known !== undefined) return known;
      const row = findNumber.get(id);
      return row === undefined ? undefined : integerOf(row, 'number');
    },
    forgetNumbers() {
      numbers.clear();
    },
    listRunning(partition, after, limit) {
      // Ids are written by this file only, from records that carry the brand.
      return running.all(partition, after, limit).map((row) => textOf(row, 'id') as InvocationId);
    },
    listBlockers(deployment, limit) {
      return blockers.all(deployment, limit).map(decode);
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
