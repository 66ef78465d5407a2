import type { Accepted } from '../engine/command.ts';
import { findHandler } from '../engine/registry.ts';
import { answerBytes, answerFailure } from './answer.ts';
import type { FoundResult } from './await-result.ts';
import type { Exchange } from './exchange.ts';
import type { IngressParts } from './ingress-parts.ts';

/** Answers what the invocation ended with; its content type is what the manifest of the deployment that ran it says. */
export function answerResult(parts: IngressParts, exchange: Exchange, accepted: Accepted, found: FoundResult): void {
  const { result, expiresAt } = found;
  if (expiresAt !== undefined) exchange.headers.push(['idempotency-expires', new Date(expiresAt).toISOString()]);
  if (result.kind === 'failure') return answerFailure(exchange, result.failure);
  const contentType = findContentType(parts, accepted, result.value.length === 0);
  if (contentType !== undefined) exchange.headers.push(['content-type', contentType]);
  answerBytes(exchange, 200, result.value);
}

function findContentType(parts: IngressParts, accepted: Accepted, isEmpty: boolean): string | undefined {
  const registry = parts.findRegistry();
  if (registry === undefined) return undefined;
  const { service, handler } = accepted.target;
  const output = findHandler(registry, accepted.deployment, service, handler)?.output;
  return isEmpty && output?.setContentTypeIfEmpty !== true ? undefined : output?.contentType;
}
