/** What calls and sends share: from a request to an `invoke` command, and from its reply to an accepted invocation. */
import { idempotentInvocationId, parseDeploymentId, workflowInvocationId } from '@holdfast/protocol';
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import { ApiError } from '../api-error.ts';
import type { Invoke, InvokeReply, Refusal } from '../engine/command.ts';
import type { Registry } from '../engine/registry.ts';
import type { Exchange } from './exchange.ts';
import type { IngressParts } from './ingress-parts.ts';
import { decodeHeaderValue, inputHeaders } from './request-headers.ts';
import { withBody } from './request-body.ts';
import type { Route } from './route.ts';
import { submitAgain } from '../submit-again.ts';

export type TargetRoute = Extract<Route, { kind: 'call' | 'send' }>;
export type AcceptedReply = Extract<InvokeReply, { kind: 'accepted' }>;

export interface RequestId {
  readonly id: InvocationId;
  /** Drawn for this request; else what the same workflow key or idempotency key always gives. */
  readonly isFresh: boolean;
}

/** The id under which the request is, or was, accepted. */
export function makeInvocationId(
  parts: IngressParts,
  exchange: Exchange,
  route: TargetRoute,
  registry: Registry,
): RequestId {
  const { service, handler, key } = route;
  if (service.kind === 'workflow' && isRunHandler(registry, route)) {
    return { id: workflowInvocationId({ name: service.name, key }), isFresh: false };
  }
  const idempotencyKey = readIdempotencyKey(exchange);
  if (idempotencyKey !== undefined) {
    const keyPart = service.kind === 'service' ? {} : { key };
    return {
      id: idempotentInvocationId({ service: service.name, handler, idempotencyKey, ...keyPart }),
      isFresh: false,
    };
  }
  const id = parts.drawId(service.kind === 'service' ? undefined : { service: service.name, key });
  return { id, isFresh: true };
}

/**
 * Has the request accepted, and puts what is known into the headers of the answer. The id stands there even if the outcome stays
 * unknown, so that the caller can ask. Nothing of the body is held afterwards: callers wait for hours.
 */
export async function acceptInvocation(
  parts: IngressParts,
  exchange: Exchange,
  route: TargetRoute,
  options: RequestId & { readonly startAt: number },
): Promise<{ readonly accepted: AcceptedReply; readonly wasUnknown: boolean }> {
  const { id } = options;
  const facts = readFacts(exchange, route, options);
  const { reply, wasUnknown } = await withBody(parts, exchange.request, (input) => {
    exchange.headers.push(['x-restate-id', id]);
    const again = { ...facts, input };
    // A repetition has to look for what the first submission may have done.
    const first = options.isFresh ? { ...again, isFresh: true } : again;
    return submitAgain<Invoke>(parts.partitions.ofInvocation(id), first, parts.clock, { repetition: again });
  });
  if (reply.kind === 'refused') {
    // Nothing was accepted: an id would suggest that there is something to ask for.
    exchange.headers.pop();
    throw refusalError(reply.refusal);
  }
  exchange.headers.push(['x-holdfast-deployment', reply.deployment]);
  return { accepted: reply, wasUnknown };
}

/** The command without its input. `startAt` is 0 for calls. */
function readFacts(
  exchange: Exchange,
  route: TargetRoute,
  options: { readonly id: InvocationId; readonly startAt: number },
): Omit<Invoke, 'input'> {
  const { headers } = exchange.request;
  if ((headers['x-restate-limit-key'] ?? '') !== '') throw limitKeyRefused();
  const idempotencyKey = readIdempotencyKey(exchange);
  const deployment = readDeployment(headers['x-holdfast-deployment']);
  const contentType = headers['content-type'];
  return {
    kind: 'invoke',
    id: options.id,
    service: route.service.name,
    handler: route.handler,
    key: route.key,
    headers: inputHeaders(exchange.request),
    startAt: options.startAt,
    ...(contentType === undefined ? {} : { contentType }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(deployment === undefined ? {} : { deployment }),
  };
}

function readIdempotencyKey(exchange: Exchange): string | undefined {
  const header = exchange.request.headers['idempotency-key'];
  const text = typeof header === 'string' ? header : header?.[0];
  return text === undefined ? undefined : decodeHeaderValue(text);
}

export function refusalError(refusal: Refusal): ApiError {
  const { code, message, hint, details } = refusal;
  return new ApiError(code, { message, hint, details });
}

function limitKeyRefused(): ApiError {
  return new ApiError('SCOPE_REFUSED', {
    message: 'Scopes and limit keys are not supported.',
    hint: 'Leave the header x-restate-limit-key out.',
  });
}

/** A workflow's run handler is the same in all its versions, or no version could find the run of another. */
function isRunHandler(registry: Registry, route: TargetRoute): boolean {
  const definition = registry.deployments.get(route.service.current)?.services.get(route.service.name);
  return definition?.handlers.get(route.handler)?.kind === 'run';
}

function readDeployment(header: string | readonly string[] | undefined): DeploymentId | undefined {
  if (header === undefined) return undefined;
  const id = typeof header === 'string' ? parseDeploymentId(header) : undefined;
  if (id !== undefined) return id;
  throw new ApiError('PARAMETER_REFUSED', {
    message: `The header x-holdfast-deployment holds ${JSON.stringify(String(header).slice(0, 100))}, which is no deployment id.`,
    hint: 'List deployment ids with: holdfast deployments list.',
  });
}
