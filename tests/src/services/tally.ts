import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

/** What `add` notes when its step runs: who got which place among all additions to a key. */
export interface Ticket {
  readonly key: string;
  readonly number: number;
  readonly invocation: string;
}

/** Keeps a sum and a count under a key; lost or doubled work shows in both. */
export const tally = restate.object({
  name: 'Tally',
  handlers: {
    add: async (ctx: restate.ObjectContext, amount: number) => {
      const sum = ((await ctx.get<number>('sum')) ?? 0) + amount;
      ctx.set('sum', sum);
      const count = (await ctx.get<number>('count')) ?? 0;
      // A step between the two writes, so that crashes fall between them too. Two at a time on one key would draw the same number.
      const number = await ctx.run('draw', async () => {
        trace('ticket', { key: ctx.key, number: count + 1, invocation: ctx.request().id } satisfies Ticket);
        return count + 1;
      });
      ctx.set('count', number);
      return { sum, number };
    },

    read: restate.handlers.object.shared(async (ctx: restate.ObjectSharedContext) => ({
      sum: (await ctx.get<number>('sum')) ?? 0,
      count: (await ctx.get<number>('count')) ?? 0,
    })),
  },
  // The test decides when the world is healthy again; until then nothing may give up.
  options: { retryPolicy: { initialInterval: 20, maxInterval: 300, maxAttempts: 100_000 } },
});

export const services = [tally];
