/** Durable promises of a workflow key: completed at most once, awaited by any number of handlers. */
import type { Failure, NotificationResult } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import type { InvocationRecord, PromiseRecord } from '../record.ts';
import { appendNotification } from '../rules/append-notification.ts';
import type { Transaction } from '../transaction.ts';
import { violation } from './entry-context.ts';
import type { EntryRule, Violation } from './entry-context.ts';

const ALREADY_COMPLETED: Failure = { code: 409, message: 'promise was already completed', metadata: [] };

function checkWorkflow(_env: Env, record: InvocationRecord): Violation | undefined {
  if (record.target.serviceKind === 'workflow') return undefined;
  return violation('COMMAND_REFUSED', `${record.target.service} is not a workflow: it has no promises.`);
}

function findPromise(tx: Transaction, record: InvocationRecord, name: string): PromiseRecord {
  const { service, key } = record.target;
  return tx.find<'promise'>({ table: 'promise', service, key, name }) ?? { workflow: service, key, name, waiters: [] };
}

const readsPromise: NonNullable<EntryRule<'getPromise' | 'peekPromise' | 'completePromise'>['reads']> = (
  _env,
  record,
  command,
) => [{ table: 'promise', service: record.target.service, key: record.target.key, name: command.key }];

function complete(
  tx: Transaction,
  env: Env,
  record: InvocationRecord,
  of: 'getPromise' | 'peekPromise' | 'completePromise',
  id: number,
  result: NotificationResult,
): void {
  appendNotification(tx, env, record.id, { kind: 'notification', of, id: { kind: 'completion', id }, result });
}

export const getPromise: EntryRule<'getPromise'> = {
  check: checkWorkflow,
  reads: readsPromise,
  apply: (tx, env, record, command) => {
    const promise = findPromise(tx, record, command.key);
    if (promise.result !== undefined) {
      complete(tx, env, record, 'getPromise', command.completionId, promise.result);
      return;
    }
    const { id: invocation, createdAt } = record;
    const waiter = { invocation, createdAt, completionId: command.completionId };
    tx.put({ table: 'promise', record: { ...promise, waiters: [...promise.waiters, waiter] } });
  },
};

export const peekPromise: EntryRule<'peekPromise'> = {
  check: checkWorkflow,
  reads: readsPromise,
  apply: (tx, env, record, command) => {
    complete(
      tx,
      env,
      record,
      'peekPromise',
      command.completionId,
      findPromise(tx, record, command.key).result ?? { kind: 'void' },
    );
  },
};

export const completePromise: EntryRule<'completePromise'> = {
  check: checkWorkflow,
  reads: readsPromise,
  apply: (tx, env, record, command) => {
    const promise = findPromise(tx, record, command.key);
    if (promise.result !== undefined) {
      complete(tx, env, record, 'completePromise', command.completionId, {
        kind: 'failure',
        failure: ALREADY_COMPLETED,
      });
      return;
    }
    const result =
      command.result.kind === 'success'
        ? { kind: 'success' as const, value: command.result.value.slice() }
        : command.result;
    tx.put({ table: 'promise', record: { ...promise, result, waiters: [] } });
    complete(tx, env, record, 'completePromise', command.completionId, { kind: 'void' });
    // Waiters are handlers of the same workflow key, so they live in this partition.
    tx.expect(promise.waiters.map((waiter) => ({ table: 'invocation', id: waiter.invocation })));
    for (const waiter of promise.waiters) {
      // Forgotten, and perhaps called again: the new life waits for what it asked for itself.
      if (tx.invocation(waiter.invocation)?.createdAt !== waiter.createdAt) continue;
      appendNotification(tx, env, waiter.invocation, {
        kind: 'notification',
        of: 'getPromise',
        id: { kind: 'completion', id: waiter.completionId },
        result,
      });
    }
  },
};
