/** State of a key: written by its exclusive handler or workflow run in journal order, read by all of its handlers. */
import type { Notification, NotificationResult } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import type { InvocationRecord } from '../record.ts';
import { appendNotification } from '../rules/append-notification.ts';
import { allow, nothing, violation } from './entry-context.ts';
import type { EntryRule, Violation } from './entry-context.ts';
import { compareBytes, stateKeyBytes, stateName } from './state-name.ts';

function checkKeyed(_env: Env, record: InvocationRecord): Violation | undefined {
  if (record.target.serviceKind !== 'service') return undefined;
  return violation('COMMAND_REFUSED', `${record.target.service} is a service without keys: it has no state.`);
}

function checkWrite(env: Env, record: InvocationRecord): Violation | undefined {
  if (record.target.handlerKind !== 'shared') return checkKeyed(env, record);
  return violation(
    'COMMAND_REFUSED',
    `${record.target.service}/${record.target.handler} is a shared handler: it may read state, not write it.`,
  );
}

function checkKey(key: Uint8Array): Violation | undefined {
  return stateName(key) === undefined ? violation('PROTOCOL_VIOLATION', 'A state key is not valid UTF-8.') : undefined;
}

function nameOf(key: Uint8Array): string {
  return stateName(key) ?? '';
}

export const setState: EntryRule<'setState'> = {
  check: (env, record, command) => checkWrite(env, record) ?? checkKey(command.key),
  apply: (tx, env, record, command) => {
    const { service, key } = record.target;
    // The received frame is a view over a larger buffer; a copy keeps only the value alive.
    const value = command.value.slice();
    tx.put({
      table: 'state',
      record: { service, key, name: nameOf(command.key), value, deployment: record.pin.deployment, writtenAt: env.now },
    });
  },
};

export const clearState: EntryRule<'clearState'> = {
  check: (env, record, command) => checkWrite(env, record) ?? checkKey(command.key),
  apply: (tx, _env, record, command) => {
    tx.delete({ table: 'state', service: record.target.service, key: record.target.key, name: nameOf(command.key) });
  },
};

export const clearAllState: EntryRule<'clearAllState'> = {
  check: checkWrite,
  apply: (tx, _env, record) => {
    const { service, key } = record.target;
    for (const state of tx.list<'state'>({ table: 'state', service, key }))
      tx.delete({ table: 'state', service, key, name: state.name });
  },
};

export const getLazyState: EntryRule<'getLazyState'> = {
  check: (env, record, command) => checkKeyed(env, record) ?? checkKey(command.key),
  reads: (_env, record, command) => [
    { table: 'state', service: record.target.service, key: record.target.key, name: nameOf(command.key) },
  ],
  apply: (tx, env, record, command) => {
    const { service, key } = record.target;
    const state = tx.find<'state'>({ table: 'state', service, key, name: nameOf(command.key) });
    const result: NotificationResult = state === undefined ? { kind: 'void' } : { kind: 'success', value: state.value };
    appendNotification(tx, env, record.id, answer('getLazyState', command.completionId, result));
  },
};

export const getLazyStateKeys: EntryRule<'getLazyStateKeys'> = {
  check: checkKeyed,
  apply: (tx, env, record, command) => {
    const { service, key } = record.target;
    const keys = tx
      .list<'state'>({ table: 'state', service, key })
      .map((state) => stateKeyBytes(state.name))
      .toSorted(compareBytes);
    appendNotification(
      tx,
      env,
      record.id,
      answer('getLazyStateKeys', command.completionId, { kind: 'stateKeys', keys }),
    );
  },
};

/** Answered by the SDK from the snapshot in Start; the entry only records what it read. */
export const getEagerState: EntryRule<'getEagerState'> = { check: checkKeyed, apply: nothing };
export const getEagerStateKeys: EntryRule<'getEagerStateKeys'> = { check: checkKeyed, apply: nothing };
export const output: EntryRule<'output'> = { check: allow, apply: nothing };
export const run: EntryRule<'run'> = { check: allow, apply: nothing };

function answer(of: Notification['of'], id: number, result: NotificationResult): Notification {
  return { kind: 'notification', of, id: { kind: 'completion', id }, result };
}
