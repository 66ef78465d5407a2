/** Commands that concern another invocation by reference: signals, awakeables, attach, output. */
import { idempotentInvocationId, parseAwakeableId, parseInvocationId, workflowInvocationId } from '@holdfast/protocol';
import type { InvocationId, InvocationReference } from '@holdfast/protocol';
import { sendMessage } from '../rules/send-message.ts';
import { readsInvocation, violation } from './entry-context.ts';
import type { EntryRule, Violation } from './entry-context.ts';

function resolve(reference: InvocationReference): InvocationId | undefined {
  switch (reference.kind) {
    case 'invocation':
      return parseInvocationId(reference.id);
    case 'idempotent':
      return idempotentInvocationId(reference);
    case 'workflow':
      return workflowInvocationId(reference);
  }
}

function checkReference(reference: InvocationReference): Violation | undefined {
  if (resolve(reference) !== undefined) return undefined;
  return violation(
    'COMMAND_REFUSED',
    `${JSON.stringify(reference.kind === 'invocation' ? reference.id : reference)} is not an invocation id.`,
  );
}

export const sendSignal: EntryRule<'sendSignal'> = {
  check: (_env, _record, command) => checkReference({ kind: 'invocation', id: command.target }),
  apply: (tx, env, _record, command) => {
    const invocation = parseInvocationId(command.target);
    if (invocation !== undefined)
      sendMessage(tx, env, { kind: 'signal', invocation, signal: command.signal, result: command.result });
  },
  reads: (env, _record, command) => readsInvocation(env, parseInvocationId(command.target)),
};

export const completeAwakeable: EntryRule<'completeAwakeable'> = {
  check: (_env, _record, command) =>
    parseAwakeableId(command.awakeableId) === undefined
      ? violation('COMMAND_REFUSED', `${JSON.stringify(command.awakeableId)} is not an awakeable id.`)
      : undefined,
  apply: (tx, env, _record, command) => {
    const awakeable = parseAwakeableId(command.awakeableId);
    if (awakeable === undefined) return;
    sendMessage(tx, env, {
      kind: 'signal',
      invocation: awakeable.invocation,
      signal: { kind: 'signal', id: awakeable.signalId },
      result: command.result,
    });
  },
  reads: (env, _record, command) => readsInvocation(env, parseAwakeableId(command.awakeableId)?.invocation),
};

export const attachInvocation: EntryRule<'attachInvocation'> = {
  check: (_env, _record, command) => checkReference(command.target),
  apply: (tx, env, record, command) => {
    const awaited = resolve(command.target);
    if (awaited === undefined) return;
    sendMessage(tx, env, {
      kind: 'attach',
      awaited,
      sink: {
        invocation: record.id,
        createdAt: record.createdAt,
        completionId: command.completionId,
        notification: 'attachInvocation',
      },
    });
  },
  reads: (env, _record, command) => readsInvocation(env, resolve(command.target)),
};

export const getInvocationOutput: EntryRule<'getInvocationOutput'> = {
  check: (_env, _record, command) => checkReference(command.target),
  apply: (tx, env, record, command) => {
    const awaited = resolve(command.target);
    if (awaited === undefined) return;
    const { id: reader, createdAt } = record;
    sendMessage(tx, env, { kind: 'readOutput', awaited, reader, createdAt, completionId: command.completionId });
  },
  reads: (env, _record, command) => readsInvocation(env, resolve(command.target)),
};
