import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from '../context/duration.ts';
import type { Serde } from '../context/serde.ts';

/** What services and handlers may both set; a handler's setting wins, and what neither sets the runtime decides. */
export interface SharedOptions {
  readonly documentation?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** How long an attempt may wait before it is asked to suspend. */
  readonly inactivityTimeout?: Duration;
  /** How long it then may take to do so. */
  readonly abortTimeout?: Duration;
  readonly journalRetention?: Duration;
  /** Not on the `run` handler of a workflow. */
  readonly idempotencyRetention?: Duration;
  /** State is loaded key by key instead of with each attempt. */
  readonly enableLazyState?: boolean;
  /** Not callable from outside. */
  readonly ingressPrivate?: boolean;
  readonly retryPolicy?: {
    readonly initialInterval?: Duration;
    readonly maxInterval?: Duration;
    /** Counts the first attempt too. */
    readonly maxAttempts?: number;
    readonly exponentiationFactor?: number;
    readonly onMaxAttempts?: 'pause' | 'kill';
  };
}

/** A Standard Schema (zod, valibot, arktype …) is checked at the edge and published; a serde is bytes of the author's own making. */
export type Payload<T> = StandardSchemaV1<unknown, T> | Serde<T>;

export interface HandlerOptions<I, O> extends SharedOptions {
  /** What the handler accepts; the caller gets 400 for anything else. */
  readonly input?: Payload<I>;
  /** What the handler returns. */
  readonly output?: Payload<O>;
  /** Only on the `run` handler of a workflow. */
  readonly workflowRetention?: Duration;
}

export type HandlerFunction<C, I, O> = (ctx: C, input: I) => Promise<O>;

/** A handler with options. */
export interface HandlerDefinition<C, I, O> {
  readonly kind: 'handler';
  readonly shared: boolean;
  readonly options: HandlerOptions<unknown, unknown>;
  readonly handle: HandlerFunction<C, I, O>;
}

/** This gives a handler options: schemas, timeouts, retention. */
export function handler<C, I, O>(
  options: HandlerOptions<I, O>,
  handle: HandlerFunction<C, I, O>,
): HandlerDefinition<C, I, O> {
  return define(false, options, handle);
}

/** This makes a handler of an object run beside the exclusive one: it reads state and cannot write it. */
export function shared<C, I, O>(
  ...args: [handle: HandlerFunction<C, I, O>] | [options: HandlerOptions<I, O>, handle: HandlerFunction<C, I, O>]
): HandlerDefinition<C, I, O> {
  return args.length === 1 ? define(true, {}, args[0]) : define(true, args[0], args[1]);
}

function define<C, I, O>(
  shared: boolean,
  options: HandlerOptions<I, O>,
  handle: HandlerFunction<C, I, O>,
): HandlerDefinition<C, I, O> {
  return { kind: 'handler', shared, options, handle };
}
