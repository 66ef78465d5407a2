/** Takes a message from another invocation into effect, wherever it came from. */
import type { Failure, InvocationId, Notification, NotificationResult } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import type { AcceptMessage, PartitionMessage, Sink } from '../record.ts';
import type { Transaction } from '../transaction.ts';
import { CANCEL_SIGNAL } from '../fold-journal.ts';
import { acceptInvocation } from './accept-invocation.ts';
import { appendNotification } from './append-notification.ts';
import { cancelInvocation } from './cancel-invocation.ts';
import { killInvocation } from './kill-invocation.ts';
import { sendMessage } from './send-message.ts';

const NOT_FOUND: Failure = { code: 404, message: 'not found', metadata: [] };

export function applyMessage(tx: Transaction, env: Env, message: PartitionMessage): void {
  switch (message.kind) {
    case 'accept':
      acceptFromInvocation(tx, env, message);
      return;
    case 'complete':
      notifySink(tx, env, message.sink, message.result);
      return;
    case 'signal':
      if (message.signal.kind === 'signal' && message.signal.id === CANCEL_SIGNAL)
        cancelInvocation(tx, env, message.invocation);
      else
        appendNotification(tx, env, message.invocation, {
          kind: 'notification',
          of: 'signal',
          id: message.signal,
          result: message.result,
        });
      return;
    case 'attach':
      attachSink(tx, env, message.awaited, message.sink);
      return;
    case 'readOutput':
      readOutput(tx, env, message);
      return;
    case 'output':
      if (!livesOn(tx, message.reader, message.createdAt)) return;
      appendNotification(
        tx,
        env,
        message.reader,
        completion('getInvocationOutput', message.completionId, message.result),
      );
      return;
    case 'kill':
      killInvocation(tx, env, message.invocation);
      return;
  }
}

function acceptFromInvocation(tx: Transaction, env: Env, message: AcceptMessage): void {
  const outcome = acceptInvocation(tx, env, {
    id: message.id,
    service: message.service,
    handler: message.handler,
    key: message.key,
    headers: message.headers,
    input: message.input,
    startAt: message.startAt,
    proposedDeployment: message.proposedDeployment,
    invokedBy: { kind: 'invocation', ...message.parent },
    ...(message.idempotencyKey === undefined ? {} : { idempotencyKey: message.idempotencyKey }),
    ...(message.sink === undefined ? {} : { caller: message.sink }),
  });
  if (message.sink === undefined || outcome.kind === 'accepted') return;
  if (outcome.kind === 'refused') {
    const failure: Failure = { code: 404, message: outcome.refusal.message, metadata: [] };
    sendMessage(tx, env, { kind: 'complete', sink: message.sink, result: { kind: 'failure', failure } });
  } else if (outcome.existing.target.handlerKind === 'run') {
    const failure: Failure = {
      code: 409,
      message: `The workflow ${outcome.existing.target.service}/${outcome.existing.target.key} was already started.`,
      metadata: [],
    };
    sendMessage(tx, env, { kind: 'complete', sink: message.sink, result: { kind: 'failure', failure } });
  } else {
    attachSink(tx, env, message.id, message.sink);
  }
}

function notifySink(tx: Transaction, env: Env, sink: Sink, result: NotificationResult): void {
  if (livesOn(tx, sink.invocation, sink.createdAt))
    appendNotification(tx, env, sink.invocation, completion(sink.notification, sink.completionId, result));
}

/** Else the one that waited was forgotten, and its id may live again: the new life waits for what it asked for itself. */
export function livesOn(tx: Transaction, id: InvocationId, createdAt: number): boolean {
  return tx.invocation(id)?.createdAt === createdAt;
}

function completion(of: Notification['of'], id: number, result: NotificationResult): Notification {
  return { kind: 'notification', of, id: { kind: 'completion', id }, result };
}

function attachSink(tx: Transaction, env: Env, awaited: InvocationId, sink: Sink): void {
  const record = tx.invocation(awaited);
  if (record === undefined) {
    sendMessage(tx, env, { kind: 'complete', sink, result: { kind: 'failure', failure: NOT_FOUND } });
  } else if (record.state.status === 'completed') {
    sendMessage(tx, env, { kind: 'complete', sink, result: record.state.result });
  } else {
    tx.put({ table: 'sink', record: { ...sink, awaited } });
    tx.putInvocation({ ...record, moreSinks: record.moreSinks + 1 });
  }
}

function readOutput(tx: Transaction, env: Env, message: Extract<PartitionMessage, { kind: 'readOutput' }>): void {
  const record = tx.invocation(message.awaited);
  const result =
    record === undefined
      ? ({ kind: 'failure', failure: NOT_FOUND } as const)
      : record.state.status === 'completed'
        ? record.state.result
        : ({ kind: 'void' } as const);
  const { completionId, createdAt, reader } = message;
  sendMessage(tx, env, { kind: 'output', reader, createdAt, completionId, result });
}
