import * as restate from '@restatedev/restate-sdk';
import type { tally } from './tally.ts';

const tallyApi = { name: 'Tally' } as const;

export interface Move {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

/** Moves amounts between tallies by a call, a step, a timer and sends; it lives in another process than they do. */
export const mover = restate.service({
  name: 'Mover',
  handlers: {
    move: async (ctx: restate.Context, { from, to, amount }: Move) => {
      await ctx.objectClient<typeof tally>(tallyApi, from).add(-amount);
      const checked = await ctx.run('check', async () => amount);
      await ctx.sleep(5);
      ctx.objectSendClient<typeof tally>(tallyApi, to).add(checked);
    },

    moveLater: async (ctx: restate.Context, { from, to, amount }: Move) => {
      const delayed = ctx
        .objectSendClient<typeof tally>(tallyApi, to)
        .add(amount, restate.rpc.sendOpts({ delay: 200 }));
      await delayed.invocationId;
      await ctx.objectClient<typeof tally>(tallyApi, from).add(-amount);
    },
  },
  options: { retryPolicy: { initialInterval: 20, maxInterval: 300, maxAttempts: 100_000 } },
});

export const services = [mover];
