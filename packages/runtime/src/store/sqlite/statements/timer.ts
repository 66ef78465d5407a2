import type { DatabaseSync } from 'node:sqlite';
import type { InvocationId } from '@holdfast/protocol';
import { timerPurposeText } from '../../../engine/record-table.ts';
import type { TimerPurpose, TimerRecord } from '../../../engine/record.ts';
import { StoreError } from '../../store-error.ts';
import type { RecordStatements } from './record-statements.ts';
import { integerOf, textOf } from './row.ts';

export interface TimerStatements extends RecordStatements<'timer'> {
  listDue(partition: number, now: number, limit: number): readonly TimerRecord[];
  findNextAt(partition: number): number | undefined;
}

/** All of a timer is in its key, so that firing one reads an index and nothing else. */
export function prepareTimer(database: DatabaseSync): TimerStatements {
  const find = database.prepare(`
    select 1 from timer where partition = ? and fire_at = ? and invocation = ? and purpose = ?`);
  const put = database.prepare(`
    insert into timer (partition, fire_at, invocation, purpose) values (?, ?, ?, ?) on conflict do nothing`);
  const remove = database.prepare(`
    delete from timer where partition = ? and fire_at = ? and invocation = ? and purpose = ?`);
  const due = database.prepare(`
    select fire_at, invocation, purpose from timer where partition = ? and fire_at <= ?
    order by fire_at, invocation, purpose limit ?`);
  const next = database.prepare('select min(fire_at) as fire_at from timer where partition = ?');
  return {
    find(partition, ref) {
      const row = find.get(partition, ref.fireAt, ref.invocation, ref.purpose);
      if (row === undefined) return undefined;
      return { fireAt: ref.fireAt, invocation: ref.invocation, purpose: parsePurpose(ref.purpose) };
    },
    put(partition, record) {
      put.run(partition, record.fireAt, record.invocation, timerPurposeText(record));
    },
    remove(partition, ref) {
      remove.run(partition, ref.fireAt, ref.invocation, ref.purpose);
    },
    listDue(partition, now, limit) {
      return due.all(partition, now, limit).map((row) => ({
        fireAt: integerOf(row, 'fire_at'),
        // Written above from a branded id.
        invocation: textOf(row, 'invocation') as InvocationId,
        purpose: parsePurpose(textOf(row, 'purpose')),
      }));
    },
    findNextAt(partition) {
      const row = next.get(partition);
      return row === undefined || row['fire_at'] === null ? undefined : integerOf(row, 'fire_at');
    },
  };
}

/** The inverse of `timerPurposeText`. */
function parsePurpose(text: string): TimerPurpose {
  const [kind, number, createdAt] = text.split(':');
  switch (kind) {
    case 'sleep':
      return { kind, completionId: Number(number), createdAt: Number(createdAt) };
    case 'retry':
      return { kind, epoch: Number(number) };
    case 'start':
    case 'dropJournal':
    case 'dropInvocation':
      return { kind };
    default:
      throw new StoreError('STORE_CORRUPT', {
        message: `A stored timer has the purpose "${text}", which does not exist.`,
        hint: 'The store is damaged. Restore the data directory from a backup.',
        details: { purpose: text },
      });
  }
}
