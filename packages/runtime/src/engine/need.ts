/**
 * Raised by a view when a command touches something that is not loaded. The partition discards what the command had buffered,
 * loads, and runs it again from its start.
 */
import type { InvocationId } from '@holdfast/protocol';
import type { RangeRef, RecordRef } from './record-table.ts';

export class Need extends Error {
  readonly records: readonly RecordRef[];
  readonly ranges: readonly RangeRef[];
  readonly journals: readonly InvocationId[];

  constructor(need: {
    readonly records?: readonly RecordRef[];
    readonly ranges?: readonly RangeRef[];
    readonly journals?: readonly InvocationId[];
  }) {
    super('a record is not loaded');
    this.records = need.records ?? [];
    this.ranges = need.ranges ?? [];
    this.journals = need.journals ?? [];
  }
}
