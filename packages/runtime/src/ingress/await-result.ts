import type { InvocationId, Result } from '@holdfast/protocol';
import { ApiError } from '../api-error.ts';
import type { Wait } from './callers.ts';
import type { Exchange } from './exchange.ts';
import type { IngressParts } from './ingress-parts.ts';
import { submitAgain } from '../submit-again.ts';

export interface FoundResult {
  readonly result: Result;
  /** Set when the result came from a stored completion: epoch ms until which that is retained. */
  readonly expiresAt: number | undefined;
}

/**
 * Waits until an accepted invocation is over; undefined when the caller left. When the partition restarts, its waiters are dropped
 * with everything else it had in memory, so this asks again.
 */
export async function awaitResult(
  parts: IngressParts,
  exchange: Exchange,
  started: { readonly id: InvocationId; readonly wait: Wait },
): Promise<FoundResult | undefined> {
  const { id } = started;
  const partition = parts.partitions.ofInvocation(id);
  let { wait } = started;
  try {
    for (;;) {
      const end = await wait.ended;
      if (end.kind === 'completed') return { result: end.result, expiresAt: undefined };
      if (end.kind === 'callerGone') return undefined;
      if (end.kind === 'shuttingDown') throw shuttingDown(id);
      wait = parts.callers.wait(partition, id, exchange.response);
      const attach = { kind: 'attachCaller', invocation: id } as const;
      const { reply } = await submitAgain(partition, attach, parts.clock, { patient: true });
      if (reply.kind === 'completed') return { result: reply.result, expiresAt: reply.expiresAt };
      if (reply.kind === 'notFound') throw resultGone(id);
    }
  } finally {
    wait.stop();
  }
}

function shuttingDown(id: InvocationId): ApiError {
  return new ApiError('SHUTTING_DOWN', {
    message: `The runtime is stopping. ${id} is accepted and goes on when the runtime is back.`,
    hint: `Attach to it then: GET /restate/invocation/${id}/attach.`,
    details: { invocation: id },
  });
}

function resultGone(id: InvocationId): ApiError {
  return new ApiError('RESULT_GONE', {
    message: `${id} was accepted, but its result is not kept any more.`,
    hint: 'Give the request an idempotency key, or the handler a retention, if callers must be able to ask for the result later.',
    details: { invocation: id },
  });
}
