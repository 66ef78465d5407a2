import { workflowInvocationId } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import type { ActReply, EditState } from '../command.ts';
import type { Env } from '../env.ts';
import type { ServiceKind } from '../record.ts';
import { refuse } from '../refusal.ts';
import type { Transaction } from '../transaction.ts';
import { done, refused } from './act-on-invocation.ts';

/** Replaces the state of a key by hand. Refused while a handler holds the key: it would pull the state from under its feet. */
export function editState(tx: Transaction, env: Env, command: EditState): ActReply {
  const { service, key } = command;
  const route = env.registry.services.get(service);
  if (route === undefined || route.kind === 'service') {
    return refused(
      refuse(
        'SERVICE_NOT_FOUND',
        `There is no object or workflow ${service}.`,
        'List services with "holdfast services list".',
        { service },
      ),
    );
  }
  if (command.reason === '') {
    return refused(
      refuse(
        'REASON_REQUIRED',
        `Editing the state of ${service}/${key} needs a reason.`,
        'Give one with --reason, or the header x-holdfast-reason.',
        { service, key },
      ),
    );
  }
  const holder = findHolder(tx, route.kind, { service, key });
  if (holder !== undefined) {
    return refused(
      refuse(
        'STATE_LOCKED',
        `Invocation ${holder} holds ${service}/${key}; its state cannot be edited now.`,
        `Wait for it, or cancel it with "holdfast invocations cancel ${holder}".`,
        { service, key, holder },
      ),
    );
  }
  const before = tx.list<'state'>({ table: 'state', service, key });
  for (const state of before) tx.delete({ table: 'state', service, key, name: state.name });
  for (const [name, value] of command.state)
    tx.put({ table: 'state', record: { service, key, name, value, deployment: route.current, writtenAt: env.now } });
  tx.audit({
    at: env.now,
    actor: command.actor,
    act: 'state.edit',
    subject: `${service}/${key}`,
    reason: command.reason,
    // Names only: values may be secret, and the audit log outlives them.
    before: { names: before.map((state) => state.name) },
    after: { names: command.state.map(([name]) => name) },
  });
  return done('now');
}

/** Whose code may be between a read and a write of this state: the holder of an object's key, or a workflow's run until it ends. */
function findHolder(
  tx: Transaction,
  kind: ServiceKind,
  target: { readonly service: string; readonly key: string },
): InvocationId | undefined {
  const { service, key } = target;
  if (kind !== 'workflow') return tx.find<'object'>({ table: 'object', service, key })?.holder;
  const run = tx.invocation(workflowInvocationId({ name: service, key }));
  return run === undefined || run.state.status === 'completed' ? undefined : run.id;
}
