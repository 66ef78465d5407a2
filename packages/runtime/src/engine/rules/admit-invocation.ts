/** Lets an accepted invocation run, or queue behind the holder of its key in the order of acceptance (promise P7). */
import type { Env } from '../env.ts';
import type { InvocationRecord, ObjectRecord } from '../record.ts';
import type { Transaction } from '../transaction.ts';
import { changeState } from './change-state.ts';
import { startAttempt } from './start-attempt.ts';

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
  for (let sequence = object.head; sequence < object.tail; sequence++) {
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
