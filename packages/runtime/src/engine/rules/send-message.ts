/**
 * Carries a message to the invocation it concerns. In this partition it takes effect within the same command; otherwise it becomes an
 * outbox row of the same transaction, which the receiver applies in order and at most once.
 */
import { partitionOf } from '@holdfast/protocol';
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import type { Env } from '../env.ts';
import type { PartitionMessage } from '../record.ts';
import type { Transaction } from '../transaction.ts';
import { adjustCount } from './change-state.ts';

export function sendMessage(tx: Transaction, env: Env, message: PartitionMessage): void {
  const target = partitionOf(receiverOf(message), env.partitions);
  // Kill follows a whole tree; one message per child keeps each transaction small.
  if (target === env.partition && message.kind !== 'kill') tx.messages.push(message);
  else enqueue(tx, target, message, inTransitPin(message));
}

function enqueue(tx: Transaction, target: number, message: PartitionMessage, pin: DeploymentId | undefined): void {
  const sequence = tx.find<'outbound'>({ table: 'outbound', target })?.next ?? 1;
  tx.put({ table: 'outbound', record: { target, next: sequence + 1 } });
  tx.put({ table: 'outbox', record: { target, sequence, message } });
  if (pin !== undefined) adjustCount(tx, pin, 'inTransit', 1);
  tx.emit({ kind: 'deliverMessage', target, sequence, message });
}

/** The deployment that a message in transit is work of; the same answer when it is sent and when it is confirmed. */
export function inTransitPin(message: PartitionMessage): DeploymentId | undefined {
  return message.kind === 'accept' ? message.proposedDeployment : undefined;
}

function receiverOf(message: PartitionMessage): InvocationId {
  switch (message.kind) {
    case 'accept':
      return message.id;
    case 'complete':
      return message.sink.invocation;
    case 'signal':
    case 'kill':
      return message.invocation;
    case 'attach':
    case 'readOutput':
      return message.awaited;
    case 'output':
      return message.reader;
  }
}
