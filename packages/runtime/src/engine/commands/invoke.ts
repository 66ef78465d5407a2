import type { Invoke, InvokeReply } from '../command.ts';
import type { Env } from '../env.ts';
import { boundTime } from '../latest-time.ts';
import { acceptInvocation } from '../rules/accept-invocation.ts';
import type { InvocationRecord } from '../record.ts';
import type { Transaction } from '../transaction.ts';

/** A call or send from outside. A repeat of a known id tells how the execution that exists stands. */
export function invoke(tx: Transaction, env: Env, command: Invoke): InvokeReply {
  const outcome = acceptInvocation(tx, env, {
    id: command.id,
    service: command.service,
    handler: command.handler,
    key: command.key,
    headers: command.headers,
    input: command.input,
    ...(command.idempotencyKey === undefined ? {} : { idempotencyKey: command.idempotencyKey }),
    startAt: command.startAt,
    fromIngress: {
      ...(command.contentType === undefined ? {} : { contentType: command.contentType }),
      ...(command.deployment === undefined ? {} : { deployment: command.deployment }),
    },
    invokedBy: { kind: 'ingress' },
  });
  switch (outcome.kind) {
    case 'refused':
      return outcome;
    case 'accepted':
      return describe(outcome.record, false, command.startAt > env.now ? command.startAt : 0);
    case 'exists':
      return describe(
        outcome.existing,
        true,
        outcome.existing.state.status === 'scheduled' ? outcome.existing.state.startAt : 0,
      );
  }
}

function describe(record: InvocationRecord, repeated: boolean, startAt: number): InvokeReply {
  const completed =
    record.state.status === 'completed'
      ? { result: record.state.result, expiresAt: boundTime(record.state.at + record.completionRetentionMs) }
      : {};
  return {
    kind: 'accepted',
    repeated,
    startAt,
    id: record.id,
    deployment: record.pin.deployment,
    target: record.target,
    ...completed,
  };
}
