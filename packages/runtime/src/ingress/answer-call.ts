import { ApiError } from '../api-error.ts';
import { acceptInvocation, makeInvocationId } from './accept-invocation.ts';
import type { AcceptedReply, TargetRoute } from './accept-invocation.ts';
import { answerResult } from './answer-result.ts';
import { awaitResult } from './await-result.ts';
import type { Exchange } from './exchange.ts';
import type { IngressParts } from './ingress-parts.ts';
import { findDelay } from './delay.ts';
import type { Registry } from '../engine/registry.ts';

/** Calls a handler and answers its result. The invocation goes on if the caller leaves. */
export async function answerCall(
  parts: IngressParts,
  exchange: Exchange,
  route: TargetRoute,
  registry: Registry,
): Promise<void> {
  if (findDelay(exchange.query) !== undefined) {
    throw new ApiError('PARAMETER_REFUSED', {
      message: 'A call cannot be delayed.',
      hint: 'Send instead: POST to the same path with /send at its end, and attach to the id that it answers.',
    });
  }
  const request = makeInvocationId(parts, exchange, route, registry);
  const { id } = request;
  const partition = parts.partitions.ofInvocation(id);
  // Before the command is submitted, or a completion could slip between its reply and our listening.
  const wait = parts.callers.wait(partition, id, exchange.response);
  try {
    const { accepted, wasUnknown } = await acceptInvocation(parts, exchange, route, { ...request, startAt: 0 });
    if (accepted.repeated) refuseSecondRun(accepted, wasUnknown);
    if (accepted.result !== undefined) {
      return answerResult(parts, exchange, accepted, { result: accepted.result, expiresAt: accepted.expiresAt });
    }
    const end = await awaitResult(parts, exchange, { id, wait });
    if (end !== undefined) answerResult(parts, exchange, accepted, end);
  } finally {
    wait.stop();
  }
}

/** A workflow runs once per key: a second call of its run handler is refused rather than answered with another call's result. */
function refuseSecondRun(accepted: AcceptedReply, wasUnknown: boolean): void {
  if (accepted.target.handlerKind !== 'run') return;
  const { service, key } = accepted.target;
  if (wasUnknown) {
    throw new ApiError('OUTCOME_UNKNOWN', {
      message: `The workflow "${service}" runs for this key, but the runtime cannot tell whether this request or an earlier one started it.`,
      hint: 'Attach to the invocation named in x-restate-id.',
      details: { invocation: accepted.id },
    });
  }
  throw new ApiError('WORKFLOW_ALREADY_STARTED', {
    message: `The workflow "${service}" was already started for the key ${JSON.stringify(key)}, as ${accepted.id}.`,
    hint: `Attach to it at /restate/workflow/${service}/{key}/attach, or use another key.`,
    details: { invocation: accepted.id, deployment: accepted.deployment },
  });
}
