/** Commands of a simulated handler that run something, or concern another invocation. */
import { formatAwakeableId, parseInvocationId } from '@holdfast/protocol';
import type { Command, InvocationId, InvocationReference, NotificationResult } from '@holdfast/protocol';
import { completion, encode, waitFor } from './handler-context.ts';
import type { HandlerContext, Handling, Wait } from './handler-context.ts';
import type { Callee, Program, Step } from './program.ts';

const CANCEL = 1;
const FIRST_AWAKEABLE = 17;

/** Issues what the step needs and returns what to wait for. */
export function begin(context: HandlerContext, step: Step): Wait {
  switch (step.op) {
    case 'run':
      return run(context, step);
    case 'sleep':
      return complete(context, (completionId) => ({
        kind: 'sleep',
        name: '',
        wakeUpAt: context.now() + step.ms,
        completionId,
      }));
    case 'awakeable': {
      const publishes = { kind: 'signal', id: context.nextSignal() } as const;
      run(context, { name: step.name, fails: false, publishes });
      return publishes;
    }
    case 'signal': {
      const publishes = { kind: 'namedSignal', name: step.name } as const;
      run(context, { name: step.name, fails: false, publishes });
      return publishes;
    }
    case 'call':
      return call(context, step.to).result;
    case 'promise':
      context.askForPromise(step.name);
      return complete(context, (completionId) => ({ kind: 'getPromise', name: '', key: step.name, completionId }));
    case 'attach':
      return attach(context, referenceTo(step.to));
    case 'output':
      return complete(context, (completionId) => ({
        kind: 'getInvocationOutput',
        name: '',
        target: referenceTo(step.to),
        completionId,
      }));
  }
}

export function run(
  context: HandlerContext,
  step: { readonly name: string; readonly fails: boolean; readonly publishes?: Wait },
): Wait {
  const completionId = context.allocate();
  context.issue({ kind: 'run', name: step.name, completionId });
  const { fails, publishes } = step;
  context.execute({ completionId, fails, ...(publishes === undefined ? {} : { publishes }) });
  return completion(completionId);
}

export function send(context: HandlerContext, to: Callee, delayMs: number): Wait {
  const invocationIdCompletionId = context.allocate();
  const invokeAt = delayMs === 0 ? 0 : context.now() + delayMs;
  context.issue({ kind: 'oneWayCall', name: '', invokeAt, ...target(to), invocationIdCompletionId });
  return completion(invocationIdCompletionId);
}

export function sendAgain(context: HandlerContext, next: Program, delayMs: number): void {
  // A handler is one of those that callees name.
  const to = { service: context.service, handler: context.handler, key: context.key, program: next } as Callee;
  send(context, to, delayMs);
}

export function* sendAndAttach(context: HandlerContext, to: Callee): Handling<NotificationResult> {
  const id = yield* waitForId(context, send(context, to, 0));
  return yield* waitFor(attach(context, { kind: 'invocation', id }));
}

export function* wake(context: HandlerContext, to: Callee, by: 'awakeable' | 'signal'): Handling<NotificationResult> {
  const called = call(context, to);
  const id = yield* waitForId(context, called.id);
  const result = { kind: 'success', value: encode(`woken by ${context.key}`) } as const;
  if (by === 'awakeable') {
    const awakeableId = formatAwakeableId(id, FIRST_AWAKEABLE);
    context.issue({ kind: 'completeAwakeable', name: '', awakeableId, result });
  } else
    context.issue({ kind: 'sendSignal', name: '', target: id, signal: { kind: 'namedSignal', name: 'go' }, result });
  return yield* waitFor(called.result);
}

export function* cancelChild(context: HandlerContext, to: Callee): Handling<NotificationResult> {
  const called = call(context, to);
  const id = yield* waitForId(context, called.id);
  context.issue(cancelOf(id));
  const result = yield* waitFor(called.result);
  if (result.kind !== 'failure' || result.failure.code !== 409)
    context.violation('cancel', `${id} was cancelled and ended with ${JSON.stringify(result)}`);
  return result;
}

export function cancelOf(target: string): Command {
  return {
    kind: 'sendSignal',
    name: '',
    target,
    signal: { kind: 'signal', id: CANCEL },
    result: { kind: 'void' },
  };
}

function call(context: HandlerContext, to: Callee): { readonly id: Wait; readonly result: Wait } {
  const invocationIdCompletionId = context.allocate();
  const completionId = context.allocate();
  context.noteCall(invocationIdCompletionId);
  context.issue({ kind: 'call', name: '', completionId, ...target(to), invocationIdCompletionId });
  return { id: completion(invocationIdCompletionId), result: completion(completionId) };
}

function* waitForId(context: HandlerContext, wait: Wait): Handling<InvocationId> {
  const result = yield* waitFor(wait);
  const id = result.kind === 'invocationId' ? parseInvocationId(result.invocationId) : undefined;
  if (id !== undefined) return id;
  context.violation('P4', `an invocation id was awaited and came as ${JSON.stringify(result)}`);
  throw new Error('There is no invocation id.');
}

function attach(context: HandlerContext, reference: InvocationReference): Wait {
  return complete(context, (completionId) => ({
    kind: 'attachInvocation',
    name: '',
    target: reference,
    completionId,
  }));
}

function referenceTo(to: Callee): InvocationReference {
  return {
    kind: 'idempotent',
    service: to.service,
    ...(to.key === '' ? {} : { key: to.key }),
    handler: to.handler,
    idempotencyKey: to.idempotencyKey ?? '',
  };
}

function complete(context: HandlerContext, command: (completionId: number) => Command): Wait {
  const completionId = context.allocate();
  context.issue(command(completionId));
  return completion(completionId);
}

function target(to: Callee): {
  service: string;
  handler: string;
  key: string;
  parameter: Uint8Array;
  headers: [];
  idempotencyKey?: string;
} {
  return {
    service: to.service,
    handler: to.handler,
    key: to.key,
    parameter: encode(to.program),
    headers: [],
    ...(to.idempotencyKey === undefined ? {} : { idempotencyKey: to.idempotencyKey }),
  };
}
