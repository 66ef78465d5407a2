import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

type Outcome = { readonly value: unknown } | { readonly failure: string };

async function outcomeOf(promise: Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await promise };
  } catch (error) {
    if (error instanceof restate.TerminalError) return { failure: error.message };
    if (error instanceof AggregateError) return { failure: 'all failed' };
    throw error;
  }
}

/** One participant of a combinator: waits, then answers or fails. */
export interface Participant {
  readonly ms: number;
  readonly answer?: string;
  readonly failure?: string;
}

function start(ctx: restate.Context, one: Participant): restate.RestatePromise<string> {
  return ctx
    .serviceClient<{ part: (ctx: restate.Context, one: Participant) => Promise<string> }>({ name: 'Combiner' })
    .part(one);
}

export const combiner = restate.service({
  name: 'Combiner',
  handlers: {
    part: async (ctx: restate.Context, { ms, answer, failure }: Participant) => {
      await ctx.sleep(ms);
      if (failure !== undefined) throw new restate.TerminalError(failure);
      return answer ?? '';
    },

    all: async (ctx: restate.Context, parts: readonly Participant[]) =>
      outcomeOf(restate.RestatePromise.all(parts.map((one) => start(ctx, one)))),

    race: async (ctx: restate.Context, parts: readonly Participant[]) =>
      outcomeOf(restate.RestatePromise.race(parts.map((one) => start(ctx, one)))),

    any: async (ctx: restate.Context, parts: readonly Participant[]) =>
      outcomeOf(restate.RestatePromise.any(parts.map((one) => start(ctx, one)))),

    allSettled: async (ctx: restate.Context, parts: readonly Participant[]) => {
      const settled = await restate.RestatePromise.allSettled(parts.map((one) => start(ctx, one)));
      return settled.map((one) =>
        one.status === 'fulfilled' ? { value: one.value } : { failure: String(one.reason.message) },
      );
    },

    /** Different kinds of waiting in one race; says which one came first and stays with it after a replay. */
    mixed: async (ctx: restate.Context, name: string) => {
      const gate = ctx.awakeable<string>();
      trace(`mixed ${name}`, gate.id);
      const winner = await restate.RestatePromise.race([
        gate.promise.map((value) => `gate ${value}`),
        ctx.sleep({ hours: 1 }).map(() => 'sleep'),
        ctx.signal<string>('knock').map((value) => `knock ${value}`),
      ]);
      // Forces a replay of the race where the runtime suspends.
      await ctx.sleep(5);
      return winner;
    },

    timeout: async (ctx: restate.Context, ms: number) => {
      try {
        return await ctx.awakeable<string>().promise.orTimeout(ms);
      } catch (error) {
        if (error instanceof restate.TimeoutError) return 'timed out';
        throw error;
      }
    },

    /** A tree of combinators; only one path through it can end. */
    nested: async (ctx: restate.Context, name: string) => {
      const gates = [ctx.awakeable<string>(), ctx.awakeable<string>(), ctx.awakeable<string>()] as const;
      trace(
        `nested ${name}`,
        gates.map((one) => one.id),
      );
      return restate.RestatePromise.race([
        restate.RestatePromise.all([gates[0].promise, gates[1].promise]).map((pair) => pair?.join('+')),
        gates[2].promise,
      ]);
    },

    /** Several steps at once; their results keep their places. */
    parallelSteps: async (ctx: restate.Context, count: number) =>
      restate.RestatePromise.all(
        Array.from({ length: count }, (_, index) => ctx.run(`step ${index}`, () => index * index)),
      ),
  },
});

export const services = [combiner];
