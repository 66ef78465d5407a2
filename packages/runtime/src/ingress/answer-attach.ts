import { idempotentInvocationId, parseInvocationId, workflowInvocationId } from '@holdfast/protocol';
import type { InvocationId } from '@holdfast/protocol';
import { ApiError } from '../api-error.ts';
import { answerError } from './answer.ts';
import { answerResult } from './answer-result.ts';
import { awaitResult } from './await-result.ts';
import type { Exchange } from './exchange.ts';
import type { IngressParts } from './ingress-parts.ts';
import type { Reference } from './route.ts';
import { submitAgain } from '../submit-again.ts';

export function invocationOf(reference: Reference): InvocationId {
  switch (reference.kind) {
    case 'workflow':
      return workflowInvocationId({ name: reference.name, key: reference.key });
    case 'idempotent':
      return idempotentInvocationId(reference);
    case 'invocation': {
      const id = parseInvocationId(reference.id);
      if (id !== undefined) return id;
      throw new ApiError('INVOCATION_ID_REFUSED', {
        message: `${JSON.stringify(reference.id.slice(0, 100))} is no invocation id.`,
        hint: 'Invocation ids begin with inv_1 and have 38 characters.',
      });
    }
  }
}

/** `attach` waits for the result of an invocation that is not over, `output` answers 470 at once. */
export async function answerAttach(
  parts: IngressParts,
  exchange: Exchange,
  asked: { readonly kind: 'attach' | 'output'; readonly reference: Reference },
): Promise<void> {
  const id = invocationOf(asked.reference);
  const partition = parts.partitions.ofInvocation(id);
  const wait = parts.callers.wait(partition, id, exchange.response);
  try {
    const { reply } = await submitAgain(partition, { kind: 'attachCaller', invocation: id }, parts.clock);
    if (reply.kind === 'notFound') {
      return answerError(exchange, notFound(id), asked.kind === 'attach' ? 'invocation' : 'ingress');
    }
    exchange.headers.push(['x-restate-id', id], ['x-holdfast-deployment', reply.deployment]);
    if (reply.kind === 'completed') return answerResult(parts, exchange, reply, reply);
    if (asked.kind === 'output') throw notReady(id);
    const end = await awaitResult(parts, exchange, { id, wait });
    if (end !== undefined) answerResult(parts, exchange, reply, end);
  } finally {
    wait.stop();
  }
}

function notFound(id: InvocationId): ApiError {
  return new ApiError('INVOCATION_NOT_FOUND', {
    message: `There is no invocation ${id}.`,
    hint: 'It was never accepted, or it is over and its retention has passed.',
    details: { invocation: id },
  });
}

function notReady(id: InvocationId): ApiError {
  return new ApiError('INVOCATION_NOT_READY', {
    message: `${id} has no result yet.`,
    hint: `Wait for it with attach: GET /restate/invocation/${id}/attach.`,
    details: { invocation: id },
  });
}
