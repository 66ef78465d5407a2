import {
  formatAwakeableId,
  invocationIdFromBytes,
  type NotificationResult,
  type Result,
} from '@holdfast/protocol/wire';
import { SdkError } from '../error/sdk-error.ts';
import type { Intent } from '../machine/intent.ts';
import type { Journal } from '../machine/journal.ts';
import { signalIdOf } from '../meaning/signal-id.ts';
import { checkName, formatStepName } from '../meaning/step-name.ts';
import { CallIssuer } from './call-issuer.ts';
import type {
  Awakeable,
  ContextDate,
  ContextRandom,
  InvocationRequest,
  ObjectContext,
  StepOptions,
  WorkflowPromise,
} from './context.ts';
import type { DurablePromise } from './durable-promise.ts';
import { type Duration, durationMs } from './duration.ts';
import { SeededRandom } from './random.ts';
import { type Serde, serdeOrJson } from './serde.ts';
import { Session, type SessionOptions } from './session.ts';
import { StepRunner } from './step-runner.ts';

export interface HandlerContextOptions extends SessionOptions {
  readonly input: Journal['input'];
  readonly attemptHeaders: ReadonlyMap<string, string>;
}

const utf8 = new TextEncoder();
const utf8Decoder = new TextDecoder();

/**
 * The context behind every kind of handler. What a handler may do is said by the interface it is given; what it may not, the runtime refuses too.
 */
export class HandlerContext extends CallIssuer implements ObjectContext {
  readonly #options: HandlerContextOptions;
  readonly #steps: StepRunner;
  #request: InvocationRequest | undefined;
  #console: Console | undefined;
  #random: SeededRandom | undefined;

  constructor(options: HandlerContextOptions) {
    // The timeouts of promises sleep through the context that they come from.
    super(new Session(options, (duration, name) => this.sleep(duration, name)));
    this.#options = options;
    this.#steps = new StepRunner(this.session);
  }

  get steps(): StepRunner {
    return this.#steps;
  }

  get key(): string {
    return this.session.start.key;
  }

  get console(): Console {
    this.#console ??= silentOnReplay(() => this.session.machine.replaying);
    return this.#console;
  }

  request(): InvocationRequest {
    const { input, attemptHeaders } = this.#options;
    this.#request ??= {
      id: this.session.invocationId,
      headers: new Map(input.headers.map(({ key, value }) => [key, value])),
      attemptHeaders,
      body: input.value,
      attemptCompletedSignal: this.session.driver.ended,
    };
    return this.#request;
  }

  get rand(): ContextRandom {
    this.#random ??= new SeededRandom(this.session.seed);
    const random = this.#random;
    return { random: () => random.random(), uuidv4: () => random.uuidv4() };
  }

  get date(): ContextDate {
    const now = (): DurablePromise<number> =>
      this.#steps.issue<number>({ name: 'date.now', execute: () => Date.now(), options: {}, internal: true });
    return { now, toJSON: () => now().map((ms) => new Date(ms).toISOString()) };
  }

  // Each overload of the interface is one shape of these arguments.
  run<T>(
    name: string,
    fn: (...args: never[]) => T | Promise<T>,
    options: StepOptions<T> & { readonly args?: readonly unknown[] } = {},
  ): DurablePromise<T> {
    const execute = fn as (...args: readonly unknown[]) => unknown; // the overloads tie the arguments to the function
    return this.#steps.issue<T>({ name, execute, options });
  }

  sleep(duration: Duration, name = 'sleep'): DurablePromise<void> {
    const { session } = this;
    const ms = durationMs(duration);
    const named = session.checked(() => {
      checkName('sleep name', name);
      return formatStepName({ name, qualifier: `${ms}ms` });
    });
    if (named === undefined) return session.nothing();
    const slot = session.issue({ kind: 'sleep', name: named.value, wakeUpAt: Date.now() + ms });
    return session.promise(slot.result, () => undefined);
  }

  awakeable<T>(name: string, serde?: Serde<T>): Awakeable<T> {
    const { session } = this;
    const signalId = signalIdOf(name);
    const id = formatAwakeableId(invocationIdFromBytes(session.start.id), signalId);
    const checked = session.checked(() => {
      checkName('name of an awakeable', name);
      this.#refuseTwice(name, signalId);
    });
    if (checked === undefined) return { id, promise: session.nothing() };
    const leaf = session.machine.signal({ kind: 'signal', id: signalId });
    return { id, promise: session.promise(leaf, decodeWith(serde)) };
  }

  resolveAwakeable<T>(id: string, payload?: T, serde?: Serde<T>): void {
    this.session.issue({ kind: 'completeAwakeable', name: '', awakeableId: id, result: success(payload, serde) });
  }

  rejectAwakeable(id: string, reason: string): void {
    this.session.issue({ kind: 'completeAwakeable', name: '', awakeableId: id, result: rejection(reason) });
  }

  signal<T>(name: string, serde?: Serde<T>): DurablePromise<T> {
    const { session } = this;
    if (session.checked(() => checkName('name of a signal', name)) === undefined) return session.nothing();
    return session.promise(session.machine.signal({ kind: 'namedSignal', name }), decodeWith(serde));
  }

  resolveSignal<T>(invocationId: string, name: string, payload?: T, serde?: Serde<T>): void {
    this.#sendSignal(invocationId, name, success(payload, serde));
  }

  rejectSignal(invocationId: string, name: string, reason: string): void {
    this.#sendSignal(invocationId, name, rejection(reason));
  }

  attach<T>(invocationId: string, serde?: Serde<T>): DurablePromise<T> {
    const { session } = this;
    const target = { kind: 'invocation', id: invocationId } as const;
    const slot = session.issue({ kind: 'attachInvocation', name: '', target });
    return session.promise(slot.result, decodeWith(serde));
  }

  cancel(invocationId: string): void {
    const signal = { kind: 'signal', id: 1 } as const;
    this.session.issue({ kind: 'sendSignal', name: '', target: invocationId, signal, result: { kind: 'void' } });
  }

  get<T>(name: string, serde?: Serde<T>): DurablePromise<T | null> {
    const { session } = this;
    const slot = session.issue({ kind: 'getState', name: '', key: utf8.encode(name) });
    return session.promise(slot.result, (result) =>
      result.kind === 'success' ? serdeOrJson(serde).deserialize(result.value) : null,
    );
  }

  set<T>(name: string, value: T, serde?: Serde<T>): void {
    const bytes = serdeOrJson(serde).serialize(value);
    this.session.issue({ kind: 'setState', name: '', key: utf8.encode(name), value: bytes });
  }

  clear(name: string): void {
    this.session.issue({ kind: 'clearState', name: '', key: utf8.encode(name) });
  }

  clearAll(): void {
    this.session.issue({ kind: 'clearAllState', name: '' });
  }

  stateKeys(): DurablePromise<string[]> {
    const slot = this.session.issue({ kind: 'getStateKeys', name: '' });
    return this.session.promise(slot.result, (result) =>
      result.kind === 'stateKeys' ? result.keys.map((key) => utf8Decoder.decode(key)) : [],
    );
  }

  promise<T>(name: string, serde?: Serde<T>): WorkflowPromise<T> {
    const { session } = this;
    const complete = (result: Result): DurablePromise<void> => {
      const slot = session.issue({ kind: 'completePromise', name: '', key: name, result });
      return session.promise(slot.result, () => undefined);
    };
    const read = (kind: 'getPromise' | 'peekPromise'): Intent => ({ kind, name: '', key: name });
    return {
      get: () => session.promise(session.issue(read('getPromise')).result, decodeWith(serde)),
      peek: () => {
        const { result } = session.issue(read('peekPromise'));
        return session.promise(result, (peeked) => (peeked.kind === 'void' ? undefined : decodeWith(serde)(peeked)));
      },
      resolve: (value) => complete(success(value, serde)),
      reject: (reason) => complete(rejection(reason)),
    };
  }

  #sendSignal(target: string, name: string, result: Result): void {
    const { session } = this;
    if (session.checked(() => checkName('name of a signal', name)) === undefined) return;
    session.issue({ kind: 'sendSignal', name: '', target, signal: { kind: 'namedSignal', name }, result });
  }

  #refuseTwice(name: string, signalId: number): void {
    const { session } = this;
    // The second check meets two names with one digest: one in four billion pairs, and it must not swap their values.
    if (session.useName('awakeable', name) === 1 && session.useName('signal id', String(signalId)) === 1) return;
    throw new SdkError('STEP_REPEATED', {
      message: `Invocation ${session.invocationId} makes the awakeable "${name}" a second time.`,
      hint: 'An awakeable is found by its name: number them, or add what each is about.',
      details: { invocation: session.invocationId, name },
    });
  }
}

function decodeWith<T>(serde: Serde<T> | undefined): (result: NotificationResult) => T {
  return (result) => serdeOrJson(serde).deserialize(result.kind === 'success' ? result.value : new Uint8Array(0));
}

function success<T>(payload: T | undefined, serde: Serde<T> | undefined): Result {
  const bytes = payload === undefined ? new Uint8Array(0) : serdeOrJson(serde).serialize(payload);
  return { kind: 'success', value: bytes };
}

function rejection(reason: string): Result {
  return { kind: 'failure', failure: { code: 500, message: reason, metadata: [] } };
}

/** The console of the platform, silent while user code repeats itself. */
function silentOnReplay(isReplaying: () => boolean): Console {
  return new Proxy(globalThis.console, {
    get(target, property, receiver) {
      const member: unknown = Reflect.get(target, property, receiver);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]): unknown =>
        isReplaying() ? undefined : Reflect.apply(member, target, args);
    },
  });
}
