import type {
  Context,
  ObjectContext,
  ObjectSharedContext,
  WorkflowContext,
  WorkflowSharedContext,
} from '../context/context.ts';
import { SdkError } from '../error/sdk-error.ts';
import type { HandlerDefinition, HandlerFunction, SharedOptions } from './handler.ts';

/** Any handler for a context. Its input is `never` here, so that each handler keeps its own. */
export type AnyHandler<C> = HandlerFunction<C, never, unknown> | HandlerDefinition<C, never, unknown>;

export type ServiceHandlers = Readonly<Record<string, AnyHandler<Context>>>;
export type ObjectHandlers = Readonly<Record<string, AnyHandler<ObjectContext> | AnyHandler<ObjectSharedContext>>>;
export type WorkflowHandlers = { readonly run: AnyHandler<WorkflowContext> } & Readonly<
  Record<string, AnyHandler<WorkflowContext> | AnyHandler<WorkflowSharedContext>>
>;

interface Definition<K extends string, H> {
  readonly kind: K;
  readonly name: string;
  readonly handlers: H;
  readonly options: SharedOptions;
}

export type ServiceDefinition<H = ServiceHandlers> = Definition<'service', H>;
export type ObjectDefinition<H = ObjectHandlers> = Definition<'object', H>;
export type WorkflowDefinition<H = WorkflowHandlers> = Definition<'workflow', H>;
export type AnyDefinition = Definition<'service' | 'object' | 'workflow', Readonly<Record<string, unknown>>>;

interface DefinitionOptions<H> {
  /** What callers name: letters, digits, `.`, `_`, `-`, beginning with a letter. */
  readonly name: string;
  readonly handlers: H;
  readonly options?: SharedOptions;
}

/**
 * This defines a stateless service.
 *
 *     const greeter = service({ name: 'Greeter', handlers: { greet: async (ctx, name: string) => `Hello ${name}` } });
 */
export function service<H extends ServiceHandlers>(definition: DefinitionOptions<H>): ServiceDefinition<H> {
  return define('service', definition);
}

/** This defines an object: state per key, one exclusive handler per key at a time. */
export function object<H extends ObjectHandlers>(definition: DefinitionOptions<H>): ObjectDefinition<H> {
  return define('object', definition);
}

/** This defines a workflow: `run` runs once per key; the other handlers talk to it while it runs, and after. */
export function workflow<H extends WorkflowHandlers>(definition: DefinitionOptions<H>): WorkflowDefinition<H> {
  return define('workflow', definition);
}

const serviceName = /^(?:[a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9._-]*$/;
const handlerName = /^(?:[a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9_]*$/;

function define<K extends string, H extends object>(kind: K, definition: DefinitionOptions<H>): Definition<K, H> {
  const { name, handlers, options = {} } = definition;
  if (!serviceName.test(name) || /^(?:restate|openapi)/i.test(name)) {
    throw new SdkError('DEFINITION_REFUSED', {
      message: `"${name}" is not the name of a ${kind}.`,
      hint: 'Use letters, digits, ".", "_" and "-", beginning with a letter; names that begin with "restate" or "openapi" are reserved.',
      details: { name },
    });
  }
  const wrong = Object.keys(handlers).filter((one) => !handlerName.test(one));
  if (wrong.length > 0) {
    throw new SdkError('DEFINITION_REFUSED', {
      message: `${name} has handlers that nobody can call: ${wrong.join(', ')}.`,
      hint: 'Use letters, digits and "_", beginning with a letter.',
      details: { name, handlers: wrong },
    });
  }
  return { kind, name, handlers, options };
}
