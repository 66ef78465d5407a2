import type { RecordRef, RecordTypes, TableName } from '../../../engine/record-table.ts';

export type RefOf<T extends TableName> = Extract<RecordRef, { readonly table: T }>;

/** The statements of one table of records. Prepared once; a partition passes its number. */
export interface RecordStatements<T extends TableName> {
  find(partition: number, ref: RefOf<T>): RecordTypes[T] | undefined;
  put(partition: number, record: RecordTypes[T]): void;
  remove(partition: number, ref: RefOf<T>): void;
}
