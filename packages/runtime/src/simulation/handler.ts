/**
 * Executes a program the way a handler of a real SDK does: as code that issues commands in a fixed order and blocks on results. A
 * generator, so that the driver decides when it goes on.
 */
import type { Command, Failure, NotificationResult } from '@holdfast/protocol';
import type { Callee, Operation, Program, Step } from './program.ts';

/** What the handler blocks on. */
export type Wait =
  | { readonly kind: 'completion'; readonly id: number }
  | { readonly kind: 'signal'; readonly id: number };

/** What handlers ask of the attempt that drives them. */
export interface HandlerContext {
  /** Compares with the journal or sends; returns the recorded command where there is one. */
  issue(command: Command): Command;
  /** A new completion id. */
  allocate(): number;
  nextSignal(): number;
  /** Executes the closure of a run, unless the journal has its result. */
  execute(completionId: number, name: string, publish?: number): void;
  /** The value of a state key when the snapshot tells; `undefined` when it has to be asked for. */
  readState(name: string): { readonly value: Uint8Array | undefined } | undefined;
  writeState(name: string, value: Uint8Array): void;
  stumbles(name: string): boolean;
  noteSleep(completionId: number, wakeUpAt: number): void;
  /** Somebody has to resolve this promise of the workflow. */
  askForPromise(name: string): void;
  now(): number;
}

/** A terminal failure, from a callee, a signal or a cancellation. */
export class TerminalFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The handler gives up this attempt and wants another. */
export class RetryableFailure extends Error {}

export type Handler = Generator<readonly Wait[], string, readonly NotificationResult[]>;

export function* handle(context: HandlerContext, program: Program): Handler {
  const values: string[] = [];
  try {
    for (const operation of program.operations) values.push(...(yield* perform(context, operation)));
  } catch (error) {
    if (!(error instanceof TerminalFailure)) throw error;
    // What an author does on cancellation: undo, which takes a step and some time.
    yield [run(context, 'undo')];
    yield [begin(context, { op: 'sleep', ms: 20_000 })];
    throw error;
  }
  if (program.ends === 'failure')
    throw new TerminalFailure({ code: 418, message: `${program.id} ends so`, metadata: [] });
  return `${program.id}(${values.join(',')})`;
}

function* perform(
  context: HandlerContext,
  operation: Operation,
): Generator<readonly Wait[], readonly string[], readonly NotificationResult[]> {
  switch (operation.op) {
    case 'bump':
      yield* bump(context);
      return [];
    case 'send':
      send(context, operation.to, operation.delayMs);
      return [];
    case 'resolvePromise':
      yield [resolvePromise(context, operation.name)];
      return [];
    case 'stumble':
      if (context.stumbles(operation.name)) throw new RetryableFailure(operation.name);
      return [];
    case 'all': {
      const waits = operation.steps.map((step) => begin(context, step));
      return (yield waits).map(textOf);
    }
    default:
      return (yield [begin(context, operation)]).map(textOf);
  }
}

function begin(context: HandlerContext, step: Step): Wait {
  switch (step.op) {
    case 'run':
      return run(context, step.name);
    case 'sleep': {
      const id = context.allocate();
      const command = context.issue({ kind: 'sleep', name: '', wakeUpAt: context.now() + step.ms, completionId: id });
      if (command.kind === 'sleep') context.noteSleep(id, command.wakeUpAt);
      return { kind: 'completion', id };
    }
    case 'awakeable': {
      const signal = context.nextSignal();
      run(context, step.name, signal);
      return { kind: 'signal', id: signal };
    }
    case 'call':
      return call(context, step.to);
    case 'promise': {
      const id = context.allocate();
      context.issue({ kind: 'getPromise', name: '', key: step.name, completionId: id });
      context.askForPromise(step.name);
      return { kind: 'completion', id };
    }
  }
}

function run(context: HandlerContext, name: string, publish?: number): Wait {
  const id = context.allocate();
  context.issue({ kind: 'run', name, completionId: id });
  context.execute(id, name, publish);
  return { kind: 'completion', id };
}

function call(context: HandlerContext, to: Callee): Wait {
  const invocationIdCompletionId = context.allocate();
  const completionId = context.allocate();
  context.issue({ kind: 'call', name: '', completionId, ...target(to), invocationIdCompletionId });
  return { kind: 'completion', id: completionId };
}

function send(context: HandlerContext, to: Callee, delayMs: number): void {
  const invocationIdCompletionId = context.allocate();
  const invokeAt = delayMs === 0 ? 0 : context.now() + delayMs;
  context.issue({ kind: 'oneWayCall', name: '', invokeAt, ...target(to), invocationIdCompletionId });
}

function target(to: Callee): { service: string; handler: string; key: string; parameter: Uint8Array; headers: [] } {
  return { service: to.service, handler: to.handler, key: to.key, parameter: encode(to.program), headers: [] };
}

function resolvePromise(context: HandlerContext, name: string): Wait {
  const id = context.allocate();
  context.issue({
    kind: 'completePromise',
    name: '',
    key: name,
    result: { kind: 'success', value: encode('yes') },
    completionId: id,
  });
  return { kind: 'completion', id };
}

function* bump(context: HandlerContext): Generator<readonly Wait[], void, readonly NotificationResult[]> {
  const id = context.allocate();
  const key = new TextEncoder().encode('count');
  const known = context.readState('count');
  let before: Uint8Array | undefined;
  if (known === undefined) {
    const command = context.issue({ kind: 'getLazyState', name: '', key, completionId: id });
    if (command.kind === 'getEagerState') before = command.value;
    else {
      const [result] = yield [{ kind: 'completion', id }];
      before = result?.kind === 'success' ? result.value : undefined;
    }
  } else {
    const command = context.issue({
      kind: 'getEagerState',
      name: '',
      key,
      ...(known.value === undefined ? {} : { value: known.value }),
    });
    if (command.kind === 'getLazyState') {
      const [result] = yield [{ kind: 'completion', id }];
      before = result?.kind === 'success' ? result.value : undefined;
    } else before = command.kind === 'getEagerState' ? command.value : undefined;
  }
  const count = before === undefined ? 0 : Number(JSON.parse(new TextDecoder().decode(before)));
  const value = encode(count + 1);
  context.issue({ kind: 'setState', name: '', key, value });
  context.writeState('count', value);
}

function textOf(result: NotificationResult): string {
  switch (result.kind) {
    case 'success':
      return new TextDecoder().decode(result.value);
    case 'failure':
      return `!${result.failure.code}`;
    default:
      return '';
  }
}

export function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
