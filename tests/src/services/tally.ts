import * as restate from '@restatedev/restate-sdk';

/** Keeps a sum and a count under a key; lost or doubled work shows in both. */
export const tally = restate.object({
  name: 'Tally',
  handlers: {
    add: async (ctx: restate.ObjectContext, amount: number) => {
      const sum = ((await ctx.get<number>('sum')) ?? 0) + amount;
      ctx.set('sum', sum);
      // A step between the two writes, so that crashes fall between them too.
      const one = await ctx.run('one', async () => 1);
      ctx.set('count', ((await ctx.get<number>('count')) ?? 0) + one);
      return sum;
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
