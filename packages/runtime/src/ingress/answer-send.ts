import { acceptInvocation, makeInvocationId } from './accept-invocation.ts';
import type { TargetRoute } from './accept-invocation.ts';
import { answerJson } from './answer.ts';
import type { Exchange } from './exchange.ts';
import type { IngressParts } from './ingress-parts.ts';
import { findDelay } from './delay.ts';
import type { Registry } from '../engine/registry.ts';

/** Accepts an invocation, now or delayed, and answers its id without waiting for it. */
export async function answerSend(
  parts: IngressParts,
  exchange: Exchange,
  route: TargetRoute,
  registry: Registry,
): Promise<void> {
  const delayMs = findDelay(exchange.query);
  const startAt = delayMs === undefined || delayMs === 0 ? 0 : parts.clock.now() + delayMs;
  const request = makeInvocationId(parts, exchange, route, registry);
  const { accepted, wasUnknown } = await acceptInvocation(parts, exchange, route, { ...request, startAt });
  // A fresh id can only be repeated by our own second try.
  const isOwn = wasUnknown && request.isFresh;
  answerJson(exchange, 202, {
    invocationId: accepted.id,
    ...(accepted.startAt === 0 ? {} : { executionTime: new Date(accepted.startAt).toISOString() }),
    status: accepted.repeated && !isOwn ? 'PreviouslyAccepted' : 'Accepted',
  });
}
