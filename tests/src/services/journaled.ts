import * as restate from '@restatedev/restate-sdk';
import { servedVersion } from '../harness/serve-options.ts';
import { trace } from '../harness/trace-file.ts';

/** Work that is interrupted by crashes at known places. */
export const journaled = restate.service({
  name: 'Journaled',
  handlers: {
    /** Records a step, waits for a word from outside, records another step. */
    twoSteps: async (ctx: restate.Context, name: string) => {
      const first = await ctx.run('first', () => {
        trace(`first ${name}`);
        return Math.random();
      });
      const gate = ctx.awakeable<string>();
      trace(`gate ${name}`, gate.id);
      const word = await gate.promise;
      const second = await ctx.run('second', () => {
        trace(`second ${name}`);
        return Math.random();
      });
      return { first, word, second };
    },

    /** A step in which the first process hangs until it dies; the process after it is quicker. */
    interruptedStep: async (ctx: restate.Context, name: string) => {
      await ctx.run('before', () => trace(`before ${name}`));
      return ctx.run('long', async () => {
        trace(`long ${name}`);
        if (servedVersion() === 'hangs') await new Promise<void>(() => {});
        return 'done';
      });
    },

    sleep: async (ctx: restate.Context, ms: number) => {
      const before = await ctx.date.now();
      await ctx.sleep(ms);
      return (await ctx.date.now()) - before;
    },

    ring: async (_ctx: restate.Context, name: string) => trace(`ring ${name}`),

    /** Hangs without ever answering, once. Asked to give up after a moment. */
    hangsOnce: restate.handlers.handler(
      { inactivityTimeout: 100, abortTimeout: 200, retryPolicy: { initialInterval: 20 } },
      async (_ctx: restate.Context, name: string) => {
        trace(`hang ${name}`);
        if (hanged.has(name)) return 'answered';
        hanged.add(name);
        return new Promise<string>(() => {});
      },
    ),
  },
  options: { retryPolicy: { initialInterval: 20, maxInterval: 200 } },
});

const hanged = new Set<string>();

export const ledger = restate.object({
  name: 'Ledger',
  handlers: {
    add: async (ctx: restate.ObjectContext, amount: number) => {
      const sum = ((await ctx.get<number>('sum')) ?? 0) + amount;
      ctx.set('sum', sum);
      return sum;
    },
    hold: async (ctx: restate.ObjectContext, name: string) => {
      const gate = ctx.awakeable<string>();
      trace(`hold ${name}`, gate.id);
      await gate.promise;
    },
    sum: restate.handlers.object.shared(
      async (ctx: restate.ObjectSharedContext) => (await ctx.get<number>('sum')) ?? 0,
    ),
  },
});

export const services = [journaled, ledger];
