/** What calls and sends share: from a request to an `invoke` command, and from its reply to an accepted invocation. */
import { freshInvocationId, idempotentInvocationId, parseDeploymentId, workflowInvocationId } from '@holdfast/protocol';
import type { DeploymentId, InvocationId } from '@holdfast/protocol';
import { ApiError } from '../api-error.ts';
import type { Invoke, InvokeReply, Refusal } from '../engine/command.ts';
import type { Registry } from '../engine/registry.ts';
import type { Exchange } from './exchange.ts';
import type { IngressParts } from './ingress-parts.ts';
import { decodeHeaderValue, inputHeaders } from './request-headers.ts';
import { readBody } from './request-body.ts';
import type { Route } from './route.ts';
import { submitAgain } from '../submit-again.ts';

export type TargetRoute = Extract<Route, { kind: 'call' | 'send' }>;
export type AcceptedReply = Extract<InvokeReply, { kind: 'accepted' }>;

const idEntropyBytes = 24;

/** Reads the request into a command. `startAt` is 0 for calls. */
export async function readInvoke(
  parts: IngressParts,
  exchange: Exchange,
  route: TargetRoute,
  options: { readonly registry: Registry; readonly startAt: number },
): Promise<Invoke> {
  const { headers } = exchange.request;
  if ((headers['x-restate-limit-key'] ?? '') !== '') throw limitKeyRefused();
  const idempotencyKey = headers['idempotency-key'];
  const deployment = readDeployment(headers['x-holdfast-deployment']);
  const contentType = headers['content-type'];
  return {
    kind: 'invoke',
    id: makeId(parts, route, { registry: options.registry, idempotencyKey: textOf(idempotencyKey) }),
    service: route.service.name,
    handler: route.handler,
    key: route.key,
    headers: inputHeaders(exchange.request),
    input: await readBody(exchange.request, parts.limits, parts.clock),
    startAt: options.startAt,
    ...(contentType === undefined ? {} : { contentType }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey: decodeHeaderValue(textOf(idempotencyKey) ?? '') }),
    ...(deployment === undefined ? {} : { deployment }),
  };
}

/**
 * Submits the command and puts what is known into the headers of the answer. The id stands there even if the outcome stays
 * unknown, so that the caller can ask.
 */
export async function acceptInvocation(
  parts: IngressParts,
  exchange: Exchange,
  invoke: Invoke,
): Promise<{ readonly accepted: AcceptedReply; readonly wasUnknown: boolean }> {
  exchange.headers.push(['x-restate-id', invoke.id]);
  const { reply, wasUnknown } = await submitAgain(parts.partitions.ofInvocation(invoke.id), invoke, parts.clock);
  if (reply.kind === 'refused') {
    // Nothing was accepted: an id would suggest that there is something to ask for.
    exchange.headers.pop();
    throw refusalError(reply.refusal);
  }
  exchange.headers.push(['x-holdfast-deployment', reply.deployment]);
  return { accepted: reply, wasUnknown };
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

function makeId(
  parts: IngressParts,
  route: TargetRoute,
  options: { readonly registry: Registry; readonly idempotencyKey: string | undefined },
): InvocationId {
  const { service, handler, key } = route;
  if (service.kind === 'workflow' && isRunHandler(options.registry, route)) {
    return workflowInvocationId({ name: service.name, key });
  }
  const keyPart = service.kind === 'service' ? {} : { key };
  if (options.idempotencyKey !== undefined) {
    const idempotencyKey = decodeHeaderValue(options.idempotencyKey);
    return idempotentInvocationId({ service: service.name, handler, idempotencyKey, ...keyPart });
  }
  return freshInvocationId({
    entropy: parts.makeEntropy(idEntropyBytes),
    ...(service.kind === 'service' ? {} : { key: { service: service.name, key } }),
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

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}
