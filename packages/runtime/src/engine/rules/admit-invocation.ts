/** Lets an accepted invocation run, or queue behind the holder of its key in the order of acceptance (promise P7). */
import type { Env } from '../env.ts';
import type { InvocationRecord, ObjectRecord } from '../record.ts';
import type { Transaction } from '../transaction.ts';
import { changeState } from './change-state.ts';
import { startAttempt } from './start-attempt.ts';

/** Places of a queue that are looked at together. */
const PLACES_MAX = 1_024;

export function admitInvocation(tx: Transaction, env: Env, record: InvocationRecord): void {
  if (record.target.handlerKind !== 'exclusive') {
    startAttempt(tx, env, record);
    return;
  }
  const { service, key } = record.target;
  const object = tx.find<'object'>({ table: 'object', service, key }) ?? { service, key, head: 0, tail: 0 };
  if (object.holder === undefined) {
    tx.put({ table: 'object', record: { ...object, holder: record.id } });
    startAttempt(tx, env, record);
  } else {
    tx.put({ table: 'queue', record: { service, key, sequence: object.tail, invocation: record.id } });
    tx.put({ table: 'object', record: { ...object, tail: object.tail + 1 } });
    changeState(tx, env, record, { status: 'pending', sequence: object.tail });
    tx.seal(record.id);
  }
}

/** The holder is done: the next in the queue takes the lock. Cancelled entries have left holes. */
export function releaseKey(tx: Transaction, env: Env, record: InvocationRecord): void {
  if (record.target.handlerKind !== 'exclusive') return;
  const { service, key } = record.target;
  const object = tx.find<'object'>({ table: 'object', service, key });
  if (object === undefined || object.holder !== record.id) return;
  const { holder: _released, ...free } = object;
  grantNext(tx, env, free);
}

function grantNext(tx: Transaction, env: Env, object: ObjectRecord): void {
  const { service, key } = object;
  let expectedBelow = object.head + 1;
  for (let sequence = object.head; sequence < object.tail; sequence++) {
    if (sequence >= expectedBelow) expectedBelow = expectPlaces(tx, object, sequence);
    const entry = tx.find<'queue'>({ table: 'queue', service, key, sequence });
    if (entry === undefined) continue;
    tx.delete({ table: 'queue', service, key, sequence });
    const next = tx.invocation(entry.invocation);
    if (next === undefined || next.state.status !== 'pending') continue;
    tx.put({ table: 'object', record: { ...object, holder: next.id, head: sequence + 1 } });
    startAttempt(tx, env, next);
    return;
  }
  tx.delete({ table: 'object', service, key });
}

/** A hole mostly stands alone; the more there were in a row, the more are looked at together. Returns the first place not asked for. */
function expectPlaces(tx: Transaction, object: ObjectRecord, from: number): number {
  const { service, key, head, tail } = object;
  const below = Math.min(tail, from + Math.min(from - head, PLACES_MAX));
  tx.expect(Array.from({ length: below - from }, (_, at) => ({ table: 'queue', service, key, sequence: from + at })));
  return below;
}
