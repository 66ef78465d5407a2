/**
 * The table of ingress routes: from the path of a request to what is asked, without URL objects.
 *
 * Whether `/a/b/c` is a call to a keyed handler or a send to a service depends on the kind of service `a`, so the registry takes
 * part. Names come from users: they are looked up in maps only.
 */
import type { Registry, ServiceRoute } from '../engine/registry.ts';
import { ApiError } from '../api-error.ts';

/** Which invocation an attach, output or lookup is about. */
export type Reference =
  | { readonly kind: 'invocation'; readonly id: string }
  | { readonly kind: 'workflow'; readonly name: string; readonly key: string }
  | {
      readonly kind: 'idempotent';
      readonly service: string;
      readonly key?: string;
      readonly handler: string;
      readonly idempotencyKey: string;
    };

export type Route =
  | {
      readonly kind: 'call' | 'send';
      readonly service: ServiceRoute;
      readonly handler: string;
      /** Empty for services without keys. */
      readonly key: string;
    }
  | { readonly kind: 'attach' | 'output'; readonly reference: Reference }
  | { readonly kind: 'attachByBody' | 'outputByBody' | 'lookup' }
  | { readonly kind: 'resolveAwakeable' | 'rejectAwakeable'; readonly id: string }
  | { readonly kind: 'health' };

// /restate/invocation/{service}/{key}/{handler}/{idempotencyKey}/attach is the longest.
const segmentsMax = 8;

/** `path` is without the query. Throws ApiError for a path that is no route. */
export function parseRoute(path: string, registry: Registry): Route {
  const segments = path.split('/', segmentsMax + 1);
  if (segments[0] === '' && segments[1] === 'openapi') throw notFound();
  if (segments[0] !== '' || segments.length < 3 || segments.length > segmentsMax) throw badPath(path);
  const [, first = '', second = ''] = segments;
  if (first === 'restate') return parseOwnRoute(second, segments.slice(3), registry);
  return parseTarget(first, segments.slice(2), undefined, registry);
}

function parseOwnRoute(verb: string, rest: readonly string[], registry: Registry): Route {
  switch (verb) {
    case 'health':
      return { kind: 'health' };
    case 'call':
    case 'send':
      return parseTarget(rest[0] ?? '', rest.slice(1), verb, registry);
    case 'scope':
      throw new ApiError('SCOPE_REFUSED', {
        message: 'Scopes and limit keys are not supported.',
        hint: 'Call the handler without a scope, at /restate/call/{service}/{handler}.',
      });
    case 'awakeables':
    case 'a':
      return parseAwakeableRoute(rest);
    case 'invocation':
      return parseInvocationRoute(rest, registry);
    case 'workflow':
      return parseWorkflowRoute(rest);
    case 'attach':
    case 'output': {
      if (rest.length > 1) throw badPath(`/restate/${verb}`);
      const [id] = rest;
      if (id === undefined) return { kind: verb === 'attach' ? 'attachByBody' : 'outputByBody' };
      return { kind: verb, reference: { kind: 'invocation', id } };
    }
    case 'lookup':
      if (rest.length > 0) throw badPath('/restate/lookup');
      return { kind: 'lookup' };
    default:
      throw notFound();
  }
}

/** `verb` is undefined in the short form, where a last segment `send` makes the difference. */
function parseTarget(
  name: string,
  rest: readonly string[],
  verb: 'call' | 'send' | undefined,
  registry: Registry,
): Route {
  const service = findService(name, registry);
  const isKeyed = service.kind !== 'service';
  const [handler, ending, ...excess] = isKeyed ? rest.slice(1) : rest;
  const isSend = verb === undefined && ending === 'send';
  if (handler === undefined || handler === '' || excess.length > 0 || (ending !== undefined && !isSend)) {
    const shape = isKeyed ? `/${service.name}/{key}/{handler}` : `/${service.name}/{handler}`;
    throw new ApiError('PATH_REFUSED', {
      message: `The path does not have the form ${shape} that calls to the ${service.kind} "${service.name}" have.`,
      hint: `POST to ${shape} to call a handler, to ${shape}/send to send without waiting.`,
    });
  }
  const key = isKeyed ? decodeSegment(rest[0] ?? '') : '';
  return { kind: verb ?? (isSend ? 'send' : 'call'), service, handler, key };
}

function parseAwakeableRoute(rest: readonly string[]): Route {
  const [id, act, ...excess] = rest;
  if (id === undefined || act === undefined || excess.length > 0) throw badPath('/restate/awakeables');
  if (act !== 'resolve' && act !== 'reject') throw notFound();
  return { kind: act === 'resolve' ? 'resolveAwakeable' : 'rejectAwakeable', id };
}

function parseWorkflowRoute(rest: readonly string[]): Route {
  const [name, key, act, ...excess] = rest;
  if (name === undefined || key === undefined || act === undefined || excess.length > 0)
    throw badPath('/restate/workflow');
  if (act !== 'attach' && act !== 'output') throw notFound();
  return { kind: act, reference: { kind: 'workflow', name, key: decodeSegment(key) } };
}

/** `{id}/attach`, `{service}/{handler}/{idempotencyKey}/attach` or `{object}/{key}/{handler}/{idempotencyKey}/attach`. */
function parseInvocationRoute(rest: readonly string[], registry: Registry): Route {
  const act = rest.at(-1);
  if (rest.length < 2) throw badPath('/restate/invocation');
  if (act !== 'attach' && act !== 'output') throw notFound();
  const parts = rest.slice(0, -1);
  if (parts.length === 1) return { kind: act, reference: { kind: 'invocation', id: parts[0] ?? '' } };
  const service = findService(parts[0] ?? '', registry);
  const isKeyed = service.kind !== 'service';
  if (parts.length !== (isKeyed ? 4 : 3)) throw badPath(`/restate/invocation/${service.name}`);
  const [handler = '', idempotencyKey = ''] = parts.slice(isKeyed ? 2 : 1);
  return {
    kind: act,
    reference: {
      kind: 'idempotent',
      service: service.name,
      handler,
      idempotencyKey: decodeSegment(idempotencyKey),
      ...(isKeyed ? { key: decodeSegment(parts[1] ?? '') } : {}),
    },
  };
}

export function findService(name: string, registry: Registry): ServiceRoute {
  const service = registry.services.get(name);
  if (service !== undefined) return service;
  throw new ApiError('SERVICE_NOT_FOUND', {
    message: `No deployment serves the service ${JSON.stringify(name.slice(0, 200))}.`,
    hint: 'Register a deployment that serves it: holdfast deployments register <url>.',
    details: { service: name.slice(0, 200) },
  });
}

function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ApiError('PATH_REFUSED', {
      message: 'The key in the path is not percent-encoded UTF-8.',
      hint: 'Encode the key with encodeURIComponent, or its like, before putting it into the path.',
    });
  }
}

function badPath(path: string): ApiError {
  return new ApiError('PATH_REFUSED', {
    message: `The path ${JSON.stringify(path.slice(0, 200))} does not have the form of any route.`,
    hint: 'Call a handler at /{service}/{handler}, or at /{service}/{key}/{handler} if the service has keys.',
  });
}

function notFound(): ApiError {
  return new ApiError('ROUTE_NOT_FOUND', {
    message: 'There is nothing at this path.',
    hint: 'Call a handler at /{service}/{handler}, or at /{service}/{key}/{handler} if the service has keys.',
  });
}
