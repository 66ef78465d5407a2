/** What the engine reads through: committed records plus everything applied since. Each method raises `Need` when it cannot tell. */
import type { InvocationId } from '@holdfast/protocol';
import type { RangeRef, RecordRef, TableRecord } from './record-table.ts';

export interface View {
  find(ref: RecordRef, key: string): TableRecord | undefined;
  /** Whether `find` would answer. */
  holds(ref: RecordRef, key: string): boolean;
  list(ref: RangeRef, key: string): readonly TableRecord[];
  /** Whole frames in entry order. */
  journal(invocation: InvocationId): readonly Uint8Array[];
}
