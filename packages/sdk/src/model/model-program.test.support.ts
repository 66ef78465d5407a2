/** Small programs as data, so that they can be drawn, run, changed in one place, and printed. */
import * as fc from 'fast-check';
import type { HandlerContext } from '../context/handler-context.ts';
import { DurablePromise } from '../context/durable-promise.ts';
import { signalIdOf } from '../meaning/signal-id.ts';
import { isTerminalError, TerminalError } from '../error/terminal-error.ts';

export type Op =
  | {
      readonly op: 'step';
      readonly name: string;
      readonly args?: number;
      readonly under?: string;
      readonly fails?: true;
    }
  | { readonly op: 'sleep'; readonly ms: number }
  | { readonly op: 'get' | 'clear'; readonly key: string }
  | { readonly op: 'set'; readonly key: string; readonly value: number }
  | { readonly op: 'clearAll' | 'keys' | 'random' | 'date' }
  | { readonly op: 'call'; readonly handler: string; readonly value: number }
  | { readonly op: 'send'; readonly handler: string; readonly value: number; readonly delayMs: number }
  | { readonly op: 'awakeable' | 'signal'; readonly name: string }
  | { readonly op: 'peek'; readonly name: string }
  | { readonly op: 'complete'; readonly name: string; readonly value: number }
  /** Keyed steps in parallel; each may be followed by a second one. */
  | { readonly op: 'group'; readonly id: string; readonly members: readonly Member[] }
  /** Two sequences at the same time, with the promises of the language. */
  | { readonly op: 'branches'; readonly left: readonly Op[]; readonly right: readonly Op[] }
  | { readonly op: 'race' | 'all' | 'allSettled' | 'any'; readonly members: readonly Op[] };

export interface Member {
  readonly name: string;
  readonly args: number;
  readonly followed: boolean;
}

export interface Observations {
  /** Closures of steps that ran, as `name args`. */
  readonly executed: string[];
  /** How many turns each member of a group waits before it starts, by position; missing: none. */
  readonly delays: readonly number[];
}

/** Runs a program; answers what it saw. */
export async function interpret(ctx: HandlerContext, ops: readonly Op[], seen: Observations): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const [index, op] of ops.entries()) {
    // Names of one kind are unique in a program by their place in it, as an author would name them.
    try {
      results.push((await perform(ctx, op, seen, index)) ?? null);
    } catch (error) {
      if (!isTerminalError(error)) throw error;
      results.push({ failed: error.code, message: error.message });
    }
  }
  return results;
}

function perform(ctx: HandlerContext, op: Op, seen: Observations, index: number): Promise<unknown> {
  switch (op.op) {
    case 'group':
      return Promise.all(op.members.map((member, at) => performMember(ctx, `${op.id}/${at}`, member, seen, at)));
    case 'branches':
      return Promise.all([interpret(ctx, op.left, seen), interpret(ctx, op.right, seen)]);
    case 'race':
    case 'all':
    case 'allSettled':
    case 'any':
      return DurablePromise[op.op](
        op.members.map((member, at) => begin(ctx, member, seen, (index + 1) * 100 + at)),
      ).catch((error: unknown) => {
        if (error instanceof AggregateError) return 'all failed';
        throw error;
      });
    case 'set':
      ctx.set(op.key, op.value);
      return Promise.resolve(null);
    case 'clear':
      ctx.clear(op.key);
      return Promise.resolve(null);
    case 'clearAll':
      ctx.clearAll();
      return Promise.resolve(null);
    case 'random':
      return Promise.resolve(ctx.rand.random());
    default:
      return begin(ctx, op, seen, index);
  }
}

/** What is a durable promise by itself. */
function begin(ctx: HandlerContext, op: Op, seen: Observations, index: number): DurablePromise<unknown> {
  switch (op.op) {
    case 'step':
      return runStep(ctx, op, seen);
    case 'sleep':
      return ctx.sleep(op.ms);
    case 'get':
      return ctx.get(op.key);
    case 'keys':
      return ctx.stateKeys();
    case 'date':
      return ctx.date.now().map((ms) => typeof ms);
    case 'call':
      return ctx.genericCall({ service: 'Other', method: op.handler, parameter: op.value });
    case 'send':
      return ctx.genericSend({ service: 'Other', method: op.handler, parameter: op.value, delay: op.delayMs })
        .invocationId;
    case 'awakeable':
      return ctx.awakeable(`${op.name}/${index}`).promise;
    case 'signal':
      return ctx.signal(op.name);
    case 'complete':
      return ctx.promise(op.name).resolve(op.value);
    case 'peek':
      return ctx.promise(op.name).peek();
    default:
      throw new Error(`${op.op} is no promise`);
  }
}

/** What the outside has to say to a program, by signal id or name. */
export function signalsOf(ops: readonly Op[], base = 0): (number | string)[] {
  return ops.flatMap((op, index) => {
    if (op.op === 'awakeable') return [signalIdOf(`${op.name}/${base + index}`)];
    if (op.op === 'signal') return [op.name];
    return 'members' in op && op.op !== 'group' ? signalsOf(op.members, (index + 1) * 100) : [];
  });
}

function runStep(ctx: HandlerContext, op: Extract<Op, { op: 'step' }>, seen: Observations): DurablePromise<unknown> {
  const { name, args, under, fails } = op;
  const execute = (): string => {
    seen.executed.push(name);
    if (fails) throw new TerminalError(`${name} failed`, { errorCode: 400, metadata: { of: name } });
    return `${name} of ${args ?? 'nothing'}`;
  };
  const meaning = {
    ...(under === undefined ? {} : { under }),
    ...(args === undefined ? {} : { args: [args] as const }),
  };
  return ctx.run(name, execute, meaning);
}

async function performMember(
  ctx: HandlerContext,
  key: string,
  member: Member,
  seen: Observations,
  at: number,
): Promise<unknown> {
  for (let turn = 0; turn < (seen.delays[at % seen.delays.length] ?? 0); turn += 1) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
  const run = (suffix: string): DurablePromise<string> =>
    ctx.run(
      member.name,
      (value: number) => {
        seen.executed.push(`${key}${suffix}`);
        return `${member.name}${suffix} of ${value}`;
      },
      { key: `${key}${suffix}`, args: [member.args] },
    );
  const first = await run('');
  return member.followed ? [first, await run('/next')] : first;
}

const name = fc.constantFrom('charge', 'score', 'mail');
const value = fc.nat({ max: 5 });
const stateKey = fc.constantFrom('a', 'b', 'ü');

const step: fc.Arbitrary<Op> = fc.record(
  {
    op: fc.constant('step' as const),
    name,
    args: value,
    under: fc.constantFrom('0 to 10', '0 to 100'),
    fails: fc.constant(true as const),
  },
  { requiredKeys: ['op', 'name'] },
);
const sleep: fc.Arbitrary<Op> = fc.record({ op: fc.constant('sleep' as const), ms: fc.constantFrom(1, 50, 1000) });
const handler = fc.constantFrom('f', 'g');
const call: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ op: fc.constant('call' as const), handler, value }),
  fc.record({ op: fc.constant('send' as const), handler, value, delayMs: fc.constantFrom(0, 10) }),
);
const state: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ op: fc.constantFrom('get' as const, 'clear' as const), key: stateKey }),
  fc.record({ op: fc.constant('set' as const), key: stateKey, value }),
  fc.record({ op: fc.constantFrom('clearAll' as const, 'keys' as const) }),
);
const outside: fc.Arbitrary<Op> = fc.record({ op: fc.constantFrom('awakeable' as const, 'signal' as const), name });
const promise: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ op: fc.constant('peek' as const), name }),
  fc.record({ op: fc.constant('complete' as const), name, value }),
);
const local: fc.Arbitrary<Op> = fc.record({ op: fc.constantFrom('random' as const, 'date' as const) });
const member: fc.Arbitrary<Member> = fc.record({ name, args: value, followed: fc.boolean() });
const members = fc.array(member, { minLength: 2, maxLength: 4 });

/** A sequence in which every command has one place, whatever the order of events. */
const plain = fc.oneof(step, sleep, call, state, outside, promise, local);
const combination: fc.Arbitrary<Op> = fc.record({
  op: fc.constantFrom('race' as const, 'all' as const, 'allSettled' as const, 'any' as const),
  members: fc.array(fc.oneof(step, sleep, call, outside), { minLength: 1, maxLength: 3 }),
});

/** Groups get their number from their place, as the keys of an agent's tool calls do. */
function numberGroups(ops: readonly Op[], prefix = ''): Op[] {
  return ops.map((op, index) => {
    if (op.op === 'group') return { ...op, id: `${prefix}${index}` };
    if (op.op !== 'branches') return op;
    return {
      ...op,
      left: numberGroups(op.left, `${prefix}${index}l`),
      right: numberGroups(op.right, `${prefix}${index}r`),
    };
  });
}

const group: fc.Arbitrary<Op> = fc.record({ op: fc.constant('group' as const), id: fc.constant(''), members });
const branch = fc.array(fc.oneof(step, sleep, call, group), { maxLength: 3 });
const branches: fc.Arbitrary<Op> = fc.record({ op: fc.constant('branches' as const), left: branch, right: branch });

/** Any program: its result may depend on the order of events, which the journal holds. */
export const anyProgram: fc.Arbitrary<Op[]> = fc
  .array(fc.oneof({ weight: 4, arbitrary: plain }, combination, group, branches), { minLength: 1, maxLength: 6 })
  .map((ops) => numberGroups(ops));

/** Programs whose result does not depend on the order of events. */
export const orderlessProgram: fc.Arbitrary<Op[]> = fc
  .array(fc.oneof({ weight: 2, arbitrary: fc.oneof(step, sleep) }, { weight: 3, arbitrary: group }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((ops) => numberGroups(ops));

/** Programs that can be changed in one place. */
export const mutableProgram: fc.Arbitrary<Op[]> = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.oneof(step, sleep, call, state, promise, outside) }, group), {
    minLength: 1,
    maxLength: 6,
  })
  .map((ops) => numberGroups(ops));
