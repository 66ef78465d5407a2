/** The tables of a partition: what identifies a record in each, and how records of one table range under a prefix. */
import type { InvocationId, DeploymentId } from '@holdfast/protocol';
import type {
  CountRecord,
  InboundRecord,
  InvocationRecord,
  ObjectRecord,
  OutboundRecord,
  OutboxRecord,
  PromiseRecord,
  QueueEntry,
  SinkRecord,
  StateRecord,
  TimerRecord,
} from './record.ts';

export interface RecordTypes {
  readonly invocation: InvocationRecord;
  readonly object: ObjectRecord;
  readonly queue: QueueEntry;
  readonly state: StateRecord;
  readonly promise: PromiseRecord;
  readonly timer: TimerRecord;
  readonly sink: SinkRecord;
  readonly count: CountRecord;
  readonly outbox: OutboxRecord;
  readonly outbound: OutboundRecord;
  readonly inbound: InboundRecord;
}

export type TableName = keyof RecordTypes;

/** Names one record. The key text is unambiguous whatever bytes users put into keys. */
export type RecordRef =
  | { readonly table: 'invocation'; readonly id: InvocationId }
  | { readonly table: 'object'; readonly service: string; readonly key: string }
  | { readonly table: 'queue'; readonly service: string; readonly key: string; readonly sequence: number }
  | { readonly table: 'state'; readonly service: string; readonly key: string; readonly name: string }
  | { readonly table: 'promise'; readonly service: string; readonly key: string; readonly name: string }
  | { readonly table: 'timer'; readonly invocation: InvocationId; readonly fireAt: number; readonly purpose: string }
  | {
      readonly table: 'sink';
      readonly awaited: InvocationId;
      readonly invocation: InvocationId;
      readonly completionId: number;
    }
  | { readonly table: 'count'; readonly deployment: DeploymentId }
  | { readonly table: 'outbox'; readonly target: number; readonly sequence: number }
  | { readonly table: 'outbound'; readonly target: number }
  | { readonly table: 'inbound'; readonly source: number };

/** All records of a table that share a prefix; the only ranges the engine reads. */
export type RangeRef =
  | { readonly table: 'state'; readonly service: string; readonly key: string }
  | { readonly table: 'promise'; readonly service: string; readonly key: string }
  | { readonly table: 'sink'; readonly awaited: InvocationId };

/** A record together with its table, as stores return and receive it. */
export type TableRecord = {
  readonly [T in TableName]: { readonly table: T; readonly record: RecordTypes[T] };
}[TableName];

/** Text form of a timer's purpose: part of its identity, so that two timers of one invocation never collide. */
export function timerPurposeText(timer: TimerRecord): string {
  switch (timer.purpose.kind) {
    case 'sleep':
      return `sleep:${timer.purpose.completionId}:${timer.purpose.createdAt}`;
    case 'retry':
      return `retry:${timer.purpose.epoch}`;
    default:
      return timer.purpose.kind;
  }
}

/** Keyed records carry the key's length, because a key may hold any character, the separator included. */
function keyed(service: string, key: string): string {
  return `${service}/${key.length}/${key}`;
}

export function recordKey(ref: RecordRef): string {
  switch (ref.table) {
    case 'invocation':
      return `i/${ref.id}`;
    case 'object':
      return `o/${keyed(ref.service, ref.key)}`;
    case 'queue':
      return `q/${keyed(ref.service, ref.key)}/${ref.sequence}`;
    case 'state':
      return `s/${keyed(ref.service, ref.key)}/${ref.name}`;
    case 'promise':
      return `p/${keyed(ref.service, ref.key)}/${ref.name}`;
    case 'timer':
      return `t/${ref.invocation}/${ref.fireAt}/${ref.purpose}`;
    case 'sink':
      return `w/${ref.awaited}/${ref.invocation}/${ref.completionId}`;
    case 'count':
      return `c/${ref.deployment}`;
    case 'outbox':
      return `x/${ref.target}/${ref.sequence}`;
    case 'outbound':
      return `y/${ref.target}`;
    case 'inbound':
      return `z/${ref.source}`;
  }
}

export function rangeKey(ref: RangeRef): string {
  switch (ref.table) {
    case 'state':
      return `s/${keyed(ref.service, ref.key)}/`;
    case 'promise':
      return `p/${keyed(ref.service, ref.key)}/`;
    case 'sink':
      return `w/${ref.awaited}/`;
  }
}

/** The range that a record belongs to, if its table is ever ranged over. */
export function rangeOf(ref: RecordRef): string | undefined {
  switch (ref.table) {
    case 'state':
    case 'promise':
      return rangeKey({ table: ref.table, service: ref.service, key: ref.key });
    case 'sink':
      return rangeKey({ table: 'sink', awaited: ref.awaited });
    default:
      return undefined;
  }
}

export function refOf(entry: TableRecord): RecordRef {
  switch (entry.table) {
    case 'invocation':
      return { table: 'invocation', id: entry.record.id };
    case 'object':
      return { table: 'object', service: entry.record.service, key: entry.record.key };
    case 'queue':
      return { table: 'queue', service: entry.record.service, key: entry.record.key, sequence: entry.record.sequence };
    case 'state':
      return { table: 'state', service: entry.record.service, key: entry.record.key, name: entry.record.name };
    case 'promise':
      return { table: 'promise', service: entry.record.workflow, key: entry.record.key, name: entry.record.name };
    case 'timer':
      return {
        table: 'timer',
        invocation: entry.record.invocation,
        fireAt: entry.record.fireAt,
        purpose: timerPurposeText(entry.record),
      };
    case 'sink':
      return {
        table: 'sink',
        awaited: entry.record.awaited,
        invocation: entry.record.invocation,
        completionId: entry.record.completionId,
      };
    case 'count':
      return { table: 'count', deployment: entry.record.deployment };
    case 'outbox':
      return { table: 'outbox', target: entry.record.target, sequence: entry.record.sequence };
    case 'outbound':
      return { table: 'outbound', target: entry.record.target };
    case 'inbound':
      return { table: 'inbound', source: entry.record.source };
  }
}
