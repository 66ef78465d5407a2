/** All record tables of the database under the names that the engine gives them. */
import type { DatabaseSync } from 'node:sqlite';
import type { RangeRef, RecordRef, TableName, TableRecord } from '../../engine/record-table.ts';
import type { RecordWrite } from '../store.ts';
import { prepareInbound } from './statements/inbound.ts';
import { prepareInvocation } from './statements/invocation.ts';
import type { InvocationStatements } from './statements/invocation.ts';
import { prepareObject } from './statements/object.ts';
import { prepareOutbound } from './statements/outbound.ts';
import { prepareOutbox } from './statements/outbox.ts';
import type { OutboxStatements } from './statements/outbox.ts';
import { preparePromise } from './statements/promise.ts';
import type { PromiseStatements } from './statements/promise.ts';
import { prepareQueue } from './statements/queue.ts';
import type { RecordStatements } from './statements/record-statements.ts';
import { prepareSink } from './statements/sink.ts';
import type { SinkStatements } from './statements/sink.ts';
import { prepareState } from './statements/state.ts';
import type { StateStatements } from './statements/state.ts';
import { prepareTimer } from './statements/timer.ts';
import type { TimerStatements } from './statements/timer.ts';
import { prepareWorkCount } from './statements/work-count.ts';

type PlainTables = { readonly [T in TableName]: RecordStatements<T> };

export interface PartitionTables extends PlainTables {
  readonly invocation: InvocationStatements;
  readonly state: StateStatements;
  readonly promise: PromiseStatements;
  readonly timer: TimerStatements;
  readonly sink: SinkStatements;
  readonly outbox: OutboxStatements;
}

export function prepareTables(database: DatabaseSync): PartitionTables {
  return {
    invocation: prepareInvocation(database),
    object: prepareObject(database),
    queue: prepareQueue(database),
    state: prepareState(database),
    promise: preparePromise(database),
    timer: prepareTimer(database),
    sink: prepareSink(database),
    count: prepareWorkCount(database),
    outbox: prepareOutbox(database),
    outbound: prepareOutbound(database),
    inbound: prepareInbound(database),
  };
}

export function findRecord(tables: PartitionTables, partition: number, ref: RecordRef): TableRecord | undefined {
  const record = statementsOf(tables, ref.table).find(partition, ref);
  // The table was chosen by the reference, so that record and name belong together; the compiler cannot follow that.
  return record === undefined ? undefined : ({ table: ref.table, record } as TableRecord);
}

export function writeRecord(tables: PartitionTables, partition: number, write: RecordWrite): void {
  if (write.kind === 'put') statementsOf(tables, write.entry.table).put(partition, write.entry.record);
  else statementsOf(tables, write.ref.table).remove(partition, write.ref);
}

/** Every caller passes a reference or record of that same table; the compiler cannot follow that. */
function statementsOf(tables: PartitionTables, table: TableName): RecordStatements<TableName> {
  return tables[table] as RecordStatements<TableName>;
}

export function listRange(tables: PartitionTables, partition: number, ref: RangeRef): readonly TableRecord[] {
  switch (ref.table) {
    case 'state':
      return tables.state.list(partition, ref).map((record) => ({ table: 'state', record }));
    case 'promise':
      return tables.promise
        .list(partition, { workflow: ref.service, key: ref.key })
        .map((record) => ({ table: 'promise', record }));
    case 'sink':
      return tables.sink.list(partition, ref.awaited).map((record) => ({ table: 'sink', record }));
  }
}
