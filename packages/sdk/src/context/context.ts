/**
 * What a handler is given: everything that must be in the journal goes through it. Handlers of services get a `Context`; handlers of objects and
 * workflows also see state, and promises.
 */
import type { DurablePromise } from './durable-promise.ts';
import type { Duration } from './duration.ts';
import type { StepRetryOptions } from './retry-policy.ts';
import type { Serde } from './serde.ts';
import type { Client, SendClient } from './client.ts';
import type { ObjectDefinition, ServiceDefinition, WorkflowDefinition } from '../definition/service-definition.ts';

/** What a step is given when it is executed. */
export interface Step {
  /** The same in every execution of this step of this invocation, and nowhere else: give it to whoever must recognise a repeated request. */
  readonly idempotencyKey: string;
  /** Aborted when the attempt is over: then nobody will hear the result. */
  readonly signal: AbortSignal;
}

export interface StepOptions<T> extends StepRetryOptions {
  /** The definition that gives the result its sense, such as a tool's. JSON; becomes part of the step's meaning. */
  readonly under?: unknown;
  /** Tells steps of one name apart, and lets them replay in any order: parallel tool calls. At most 512 bytes. */
  readonly key?: string;
  readonly serde?: Serde<T>;
}

/** What came with the invocation. */
export interface InvocationRequest {
  /** `inv_1…` */
  readonly id: string;
  /** Headers of the caller. */
  readonly headers: ReadonlyMap<string, string>;
  /** Headers of the request that carries this attempt; they differ from attempt to attempt. */
  readonly attemptHeaders: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** Aborted when the attempt is over. */
  readonly attemptCompletedSignal: AbortSignal;
}

export interface CallOptions {
  /** Shown in the journal, compared on replay. */
  readonly name?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly idempotencyKey?: string;
}

export interface SendOptions extends CallOptions {
  readonly delay?: Duration;
}

/** The answer of a call, and the invocation that gives it. */
export interface CallPromise<T> extends DurablePromise<T> {
  readonly invocationId: DurablePromise<string>;
}

export interface SendHandle {
  readonly invocationId: DurablePromise<string>;
}

export interface GenericCall<I, O> extends CallOptions {
  readonly service: string;
  /** Of an object or workflow. */
  readonly key?: string;
  readonly method: string;
  readonly parameter: I;
  readonly inputSerde?: Serde<I>;
  readonly outputSerde?: Serde<O>;
}

export interface GenericSend<I> extends SendOptions {
  readonly service: string;
  readonly key?: string;
  readonly method: string;
  readonly parameter: I;
  readonly inputSerde?: Serde<I>;
}

export interface Awakeable<T> {
  /** Give it to whoever will resolve or reject it. */
  readonly id: string;
  readonly promise: DurablePromise<T>;
}

export interface ContextRandom {
  /** At least 0, below 1. */
  readonly random: () => number;
  readonly uuidv4: () => string;
}

export interface ContextDate {
  /** Epoch ms, recorded. */
  readonly now: () => DurablePromise<number>;
  readonly toJSON: () => DurablePromise<string>;
}

export interface Context {
  readonly request: () => InvocationRequest;
  /** Seeded by the invocation: a replay gives the same numbers. */
  readonly rand: ContextRandom;
  readonly date: ContextDate;
  /** Silent while user code only repeats what it did before. */
  readonly console: Console;

  /**
   * Executes `fn` once and records its result: a step. It is executed again only if it failed, or its result was lost before it was
   * recorded. A TerminalError becomes its result; any other error is retried.
   *
   * The name is required. `under` and `args` make the step's meaning: a replay with another definition or other arguments stops as a
   * mismatch. A bare closure has its name only.
   *
   *     const score = await ctx.run('score', (tx) => model.score(tx), { under: scoreTool, args: [tx] });
   */
  run<A extends readonly unknown[], T>(
    name: string,
    fn: (...args: [...A, Step]) => T | Promise<T>,
    options: StepOptions<T> & { readonly args: readonly [...A] },
  ): DurablePromise<T>;
  run<T>(name: string, fn: (step: Step) => T | Promise<T>, options?: StepOptions<T>): DurablePromise<T>;

  /** A durable timer. The duration is part of what a replay compares. */
  sleep(duration: Duration, name?: string): DurablePromise<void>;

  /** Something that the outside will answer. Found by its name on replay, wherever it is created; one per name and invocation. */
  awakeable<T>(name: string, serde?: Serde<T>): Awakeable<T>;
  resolveAwakeable<T>(id: string, payload?: T, serde?: Serde<T>): void;
  rejectAwakeable(id: string, reason: string): void;

  /** A signal to this invocation, by name; it may arrive before it is asked for. */
  signal<T>(name: string, serde?: Serde<T>): DurablePromise<T>;
  /** Sends a named signal to another invocation. */
  resolveSignal<T>(invocationId: string, name: string, payload?: T, serde?: Serde<T>): void;
  rejectSignal(invocationId: string, name: string, reason: string): void;

  serviceClient<D extends ServiceDefinition>(definition: D | { readonly name: string }): Client<D>;
  objectClient<D extends ObjectDefinition>(definition: D | { readonly name: string }, key: string): Client<D>;
  workflowClient<D extends WorkflowDefinition>(definition: D | { readonly name: string }, key: string): Client<D>;
  serviceSendClient<D extends ServiceDefinition>(definition: D | { readonly name: string }): SendClient<D>;
  objectSendClient<D extends ObjectDefinition>(definition: D | { readonly name: string }, key: string): SendClient<D>;
  workflowSendClient<D extends WorkflowDefinition>(
    definition: D | { readonly name: string },
    key: string,
  ): SendClient<D>;
  /** A call to a handler that no definition describes. */
  genericCall<I = unknown, O = unknown>(call: GenericCall<I, O>): CallPromise<O>;
  genericSend<I = unknown>(send: GenericSend<I>): SendHandle;

  /** Waits for the result of another invocation. */
  attach<T>(invocationId: string, serde?: Serde<T>): DurablePromise<T>;
  /** Asks another invocation to stop; it may compensate first. */
  cancel(invocationId: string): void;
}

export interface ObjectSharedContext extends Context {
  readonly key: string;
  get<T>(name: string, serde?: Serde<T>): DurablePromise<T | null>;
  stateKeys(): DurablePromise<string[]>;
}

export interface ObjectContext extends ObjectSharedContext {
  set<T>(name: string, value: T, serde?: Serde<T>): void;
  clear(name: string): void;
  clearAll(): void;
}

/** A promise of a workflow: completed at most once, from any of its handlers. */
export interface WorkflowPromise<T> {
  get(): DurablePromise<T>;
  /** `undefined` while it is open. */
  peek(): DurablePromise<T | undefined>;
  /** Rejects with code 409 when it was completed before. */
  resolve(value?: T): DurablePromise<void>;
  reject(reason: string): DurablePromise<void>;
}

export interface WorkflowSharedContext extends ObjectSharedContext {
  promise<T>(name: string, serde?: Serde<T>): WorkflowPromise<T>;
}

export interface WorkflowContext extends ObjectContext {
  promise<T>(name: string, serde?: Serde<T>): WorkflowPromise<T>;
}
