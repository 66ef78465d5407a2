/** Ends an invocation: one commit records the result, tells whoever waits, frees the key and starts the next in line. */
import { partitionOf } from '@holdfast/protocol';
import type { Result } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import { boundTime } from '../latest-time.ts';
import type { InvocationRecord, TimerPurpose } from '../record.ts';
import type { Transaction } from '../transaction.ts';
import { releaseKey } from './admit-invocation.ts';
import { changeState } from './change-state.ts';
import { dropInvocation } from './drop-invocation.ts';
import { sendMessage } from './send-message.ts';

export function completeInvocation(tx: Transaction, env: Env, record: InvocationRecord, result: Result): void {
  const wasQueued = record.state.status === 'pending' ? record.state.sequence : undefined;
  // Nothing can be awaited any more; the ids of a long journal would only swell the row.
  const journal = { ...record.journal, open: {}, notified: [], signals: [], namedSignals: [] };
  const completed = changeState(
    tx,
    env,
    { ...record, journal },
    {
      status: 'completed',
      result,
      at: env.now,
      journalKept: record.journalRetentionMs > 0,
    },
  );
  tx.emit({ kind: 'invocationCompleted', invocation: record.id, result });
  if (wasQueued !== undefined)
    tx.delete({ table: 'queue', service: record.target.service, key: record.target.key, sequence: wasQueued });
  releaseKey(tx, env, completed);
  tellSinks(tx, env, completed, result);
  retain(tx, env, completed);
}

function tellSinks(tx: Transaction, env: Env, record: InvocationRecord, result: Result): void {
  if (record.caller !== undefined) sendMessage(tx, env, { kind: 'complete', sink: record.caller, result });
  if (record.moreSinks === 0) return;
  const sinks = tx.list<'sink'>({ table: 'sink', awaited: record.id });
  const here = sinks.filter((sink) => partitionOf(sink.invocation, env.partitions) === env.partition);
  tx.expect(here.map((sink) => ({ table: 'invocation', id: sink.invocation })));
  for (const sink of sinks) {
    tx.delete({ table: 'sink', awaited: record.id, invocation: sink.invocation, completionId: sink.completionId });
    const { invocation, createdAt, completionId, notification } = sink;
    sendMessage(tx, env, { kind: 'complete', sink: { invocation, createdAt, completionId, notification }, result });
  }
}

function retain(tx: Transaction, env: Env, record: InvocationRecord): void {
  if (record.completionRetentionMs === 0) {
    dropInvocation(tx, record);
    return;
  }
  if (record.journalRetentionMs === 0) tx.dropJournal(record.id);
  else tx.seal(record.id);
  if (record.journalRetentionMs > 0 && record.journalRetentionMs < record.completionRetentionMs) {
    setTimer(tx, env.now + record.journalRetentionMs, record, { kind: 'dropJournal' });
  }
  setTimer(tx, env.now + record.completionRetentionMs, record, { kind: 'dropInvocation' });
}

function setTimer(tx: Transaction, time: number, record: InvocationRecord, purpose: TimerPurpose): void {
  const fireAt = boundTime(time);
  tx.put({ table: 'timer', record: { fireAt, invocation: record.id, purpose } });
  tx.emit({ kind: 'armTimer', fireAt });
}
