/** Executes a program the way a handler of a real SDK does: as code that issues commands in a fixed order and blocks on results. */
import type { NotificationResult, Result } from '@holdfast/protocol';
import { begin, cancelChild, run, send, sendAgain, sendAndAttach, wake } from './handler-calls.ts';
import { completion, encode, Stumbled, TerminalFailure, textOf, waitFor } from './handler-context.ts';
import type { HandlerContext, Handling } from './handler-context.ts';
import { bump, clear, clearAll, readNames, readValue, set } from './handler-state.ts';
import type { Operation, Program, Step } from './program.ts';

const FIRST_AWAKEABLE = 17;

export function* handle(context: HandlerContext, program: Program): Handling<string> {
  const values: string[] = [];
  try {
    for (const operation of program.operations) values.push(...(yield* perform(context, program, operation)));
  } catch (error) {
    if (!(error instanceof TerminalFailure)) throw error;
    // What an author does on cancellation: undo, which takes a step and some time.
    yield* waitFor(run(context, { name: 'undo', fails: false }));
    yield* waitFor(begin(context, { op: 'sleep', ms: 20_000 }));
    throw error;
  }
  if (program.ends === 'giveUp') throw new Stumbled('giveUp');
  if (program.ends === 'failure')
    throw new TerminalFailure({ code: 418, message: `${program.id} ends so`, metadata: [] });
  return `${program.id}(${values.join(',')})`;
}

function* perform(context: HandlerContext, program: Program, operation: Operation): Handling<readonly string[]> {
  switch (operation.op) {
    case 'bump':
      yield* bump(context);
      return [];
    case 'set':
      set(context, operation.name, encode(program.id));
      return [];
    case 'clear':
      clear(context, operation.name);
      return [];
    case 'clearAll':
      clearAll(context);
      return [];
    case 'read':
      return [yield* readValue(context, operation.name)];
    case 'names':
      return [yield* readNames(context)];
    case 'send':
      send(context, operation.to, operation.delayMs);
      return [];
    case 'sendAndAttach':
      return [textOf(yield* sendAndAttach(context, operation.to))];
    case 'wake':
      return [textOf(yield* wake(context, operation.to, operation.by))];
    case 'cancelChild':
      return [textOf(yield* cancelChild(context, operation.to))];
    case 'again':
      sendAgain(context, operation.next, operation.delayMs);
      return [];
    case 'resolvePromise':
      return [textOf(yield* resolvePromise(context, operation))];
    case 'peekPromise':
      return [textOf(yield* peekPromise(context, operation.name))];
    case 'stumble':
      yield* stumble(context, operation);
      return [];
    case 'beWoken': {
      if (operation.by === 'signal') return [textOf(yield* waitFor({ kind: 'namedSignal', name: 'go' }))];
      const id = context.nextSignal();
      if (id !== FIRST_AWAKEABLE) throw new Error('The awakeable that the caller knows is the first one.');
      return [textOf(yield* waitFor({ kind: 'signal', id }))];
    }
    case 'never':
      return [textOf(yield* waitFor({ kind: 'namedSignal', name: 'never' }))];
    case 'all':
    case 'any':
      return yield* combine(context, operation.op, operation.steps);
    default:
      return [textOf(yield* waitFor(begin(context, operation)))];
  }
}

function* combine(context: HandlerContext, until: 'all' | 'any', steps: readonly Step[]): Handling<readonly string[]> {
  const waits = steps.map((step) => begin(context, step));
  const results = yield { until, waits };
  if (until === 'all') return results.map(textOf);
  // Results are taken one at a time, in journal order, so this is the same one in every attempt.
  const first = results.findIndex((result) => result !== undefined);
  return [`${first}:${textOf(results[first])}`];
}

function* stumble(context: HandlerContext, one: Extract<Operation, { op: 'stumble' }>): Handling<void> {
  if (one.how !== 'suspendOnRun') {
    if (context.stumbles(one.name)) throw new Stumbled(one.how);
    return;
  }
  const id = context.allocate();
  context.issue({ kind: 'run', name: one.name, completionId: id });
  if (context.stumbles(one.name)) throw new Stumbled(one.how);
  context.execute({ completionId: id, fails: false });
  yield* waitFor(completion(id));
}

function* resolvePromise(
  context: HandlerContext,
  one: Extract<Operation, { op: 'resolvePromise' }>,
): Handling<NotificationResult> {
  const id = context.allocate();
  const result: Result = one.fails
    ? { kind: 'failure', failure: { code: 422, message: 'no', metadata: [] } }
    : { kind: 'success', value: encode('yes') };
  context.issue({ kind: 'completePromise', name: '', key: one.name, result, completionId: id });
  return yield* waitFor(completion(id));
}

function* peekPromise(context: HandlerContext, name: string): Handling<NotificationResult> {
  const id = context.allocate();
  context.issue({ kind: 'peekPromise', name: '', key: name, completionId: id });
  return yield* waitFor(completion(id));
}
