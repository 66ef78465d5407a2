import type { HandlerContext } from '../context/handler-context.ts';
import { SdkError } from '../error/sdk-error.ts';
import type { HandlerDefinition, HandlerOptions } from './handler.ts';
import type { AnyDefinition } from './service-definition.ts';

/** A handler as an endpoint runs it. */
export interface BoundHandler {
  readonly service: string;
  readonly name: string;
  readonly kind: 'stateless' | 'exclusive' | 'shared' | 'run';
  readonly options: HandlerOptions<unknown, unknown>;
  readonly handle: (context: HandlerContext, input: unknown) => Promise<unknown>;
}

/** This lists the handlers of a definition, each with its place in its service's kind. */
export function bindHandlers(definition: AnyDefinition): readonly BoundHandler[] {
  return Object.entries(definition.handlers).map(([name, declared]) => {
    const { shared, options, handle } = toDefinition(definition.name, name, declared);
    return { service: definition.name, name, kind: kindOf(definition.kind, name, shared), options, handle };
  });
}

function kindOf(service: AnyDefinition['kind'], name: string, shared: boolean): BoundHandler['kind'] {
  if (service === 'service') return 'stateless';
  if (service === 'workflow') return name === 'run' ? 'run' : 'shared';
  return shared ? 'shared' : 'exclusive';
}

function toDefinition(
  service: string,
  name: string,
  declared: unknown,
): HandlerDefinition<HandlerContext, unknown, unknown> {
  // The types of service(), object() and workflow() tie context and input to each handler; here all are alike.
  if (typeof declared === 'function') {
    return { kind: 'handler', shared: false, options: {}, handle: declared as BoundHandler['handle'] };
  }
  if (typeof declared === 'object' && declared !== null && 'kind' in declared && declared.kind === 'handler') {
    return declared as HandlerDefinition<HandlerContext, unknown, unknown>;
  }
  throw new SdkError('DEFINITION_REFUSED', {
    message: `${service}.${name} is neither a function nor made by handler() or shared().`,
    details: { service, handler: name },
  });
}
