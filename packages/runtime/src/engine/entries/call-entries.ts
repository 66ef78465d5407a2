/**
 * Calls and sends to other handlers. The id of the callee derives from the caller and the command's index (or from what makes it
 * unique: idempotency key, workflow key), so a repeated command is the same child.
 */
import { childInvocationId, idempotentInvocationId, workflowInvocationId } from '@holdfast/protocol';
import type { CallTarget, InvocationId } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import type { RecordRef } from '../record-table.ts';
import type { InvocationRecord, Sink } from '../record.ts';
import type { HandlerDefinition, ServiceDefinition } from '../registry.ts';
import { appendNotification } from '../rules/append-notification.ts';
import { proposePin } from '../rules/decide-pin.ts';
import { sendMessage } from '../rules/send-message.ts';
import type { Transaction } from '../transaction.ts';
import { readsInvocation, violation } from './entry-context.ts';
import type { EntryRule, Violation } from './entry-context.ts';

interface Callee {
  readonly service: ServiceDefinition;
  readonly handler: HandlerDefinition;
}

function findCallee(env: Env, record: InvocationRecord, call: CallTarget, oneWay: boolean): Callee | undefined {
  const deployment = proposePin(env, record, { service: call.service, handler: call.handler, key: call.key, oneWay });
  const service =
    deployment === undefined ? undefined : env.registry.deployments.get(deployment)?.services.get(call.service);
  const handler = service?.handlers.get(call.handler);
  return service === undefined || handler === undefined ? undefined : { service, handler };
}

function checkCall(env: Env, record: InvocationRecord, call: CallTarget, oneWay: boolean): Violation | undefined {
  const callee = findCallee(env, record, call, oneWay);
  if (callee === undefined) {
    return violation(
      'CALL_TARGET_UNKNOWN',
      `No deployment serves ${call.service}/${call.handler}, which ${record.target.service}/${record.target.handler} calls.`,
    );
  }
  if (callee.service.kind === 'service' && call.key !== '') {
    return violation(
      'COMMAND_REFUSED',
      `${call.service} is a service without keys, but a call gives it the key ${JSON.stringify(call.key)}.`,
    );
  }
  if (callee.handler.kind === 'run' && call.idempotencyKey !== undefined) {
    return violation('COMMAND_REFUSED', `The run handler of workflow ${call.service} takes no idempotency key.`);
  }
  return undefined;
}

function sendCall(
  tx: Transaction,
  env: Env,
  record: InvocationRecord,
  call: CallTarget,
  options: { oneWay: boolean; startAt: number; sink?: Sink },
): void {
  const callee = findCallee(env, record, call, options.oneWay);
  const proposed = proposePin(env, record, {
    service: call.service,
    handler: call.handler,
    key: call.key,
    oneWay: options.oneWay,
  });
  if (callee === undefined || proposed === undefined) return;
  const id = calleeId(record, call, callee);
  appendNotification(tx, env, record.id, {
    kind: 'notification',
    of: 'callInvocationId',
    id: { kind: 'completion', id: call.invocationIdCompletionId },
    result: { kind: 'invocationId', invocationId: id },
  });
  sendMessage(tx, env, {
    kind: 'accept',
    id,
    service: call.service,
    handler: call.handler,
    key: call.key,
    headers: call.headers.map((header) => [header.key, header.value]),
    input: call.parameter,
    ...(call.idempotencyKey === undefined ? {} : { idempotencyKey: call.idempotencyKey }),
    startAt: options.startAt,
    proposedDeployment: proposed,
    parent: { id: record.id, service: record.target.service, handler: record.target.handler },
    ...(options.sink === undefined ? {} : { sink: options.sink }),
  });
}

/** What accepting the callee reads, if it belongs to this partition: itself, the holder of its key, the run of its workflow. */
function readsCallee(env: Env, record: InvocationRecord, call: CallTarget, oneWay: boolean): readonly RecordRef[] {
  const callee = findCallee(env, record, call, oneWay);
  if (callee === undefined) return [];
  const { service, key } = call;
  const own = readsInvocation(env, calleeId(record, call, callee));
  if (own.length === 0) return [];
  if (callee.handler.kind === 'exclusive') return [...own, { table: 'object', service, key }];
  if (callee.service.kind !== 'workflow') return own;
  return [...own, { table: 'invocation', id: workflowInvocationId({ name: service, key }) }];
}

function calleeId(record: InvocationRecord, call: CallTarget, callee: Callee): InvocationId {
  const keyed = call.key === '' && callee.service.kind === 'service' ? {} : { key: call.key };
  if (callee.handler.kind === 'run') return workflowInvocationId({ name: call.service, key: call.key });
  if (call.idempotencyKey !== undefined) {
    return idempotentInvocationId({
      service: call.service,
      ...keyed,
      handler: call.handler,
      idempotencyKey: call.idempotencyKey,
    });
  }
  // The command was just appended, so its index is one below the count.
  return childInvocationId(record, record.journal.commands - 1, {
    service: call.service,
    ...keyed,
    handler: call.handler,
  });
}

/** 0 means at once, and stays so. */
function startAtOf(env: Env, invokeAt: number): number {
  return invokeAt === 0 ? 0 : invokeAt + env.lead;
}

export const call: EntryRule<'call'> = {
  check: (env, record, command) => checkCall(env, record, command, false),
  apply: (tx, env, record, command) => {
    const { id: invocation, createdAt } = record;
    const sink: Sink = { invocation, completionId: command.completionId, notification: 'call', createdAt };
    sendCall(tx, env, record, command, { oneWay: false, startAt: 0, sink });
  },
  reads: (env, record, command) => readsCallee(env, record, command, false),
};

export const oneWayCall: EntryRule<'oneWayCall'> = {
  check: (env, record, command) => checkCall(env, record, command, true),
  apply: (tx, env, record, command) =>
    sendCall(tx, env, record, command, { oneWay: true, startAt: startAtOf(env, command.invokeAt) }),
  reads: (env, record, command) => readsCallee(env, record, command, true),
};
