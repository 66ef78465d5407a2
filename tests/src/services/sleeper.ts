import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

export const sleeper = restate.service({
  name: 'Sleeper',
  handlers: {
    /** Sleeps and answers how long that was, by the clock of whoever woke up. */
    sleep: async (ctx: restate.Context, ms: number) => {
      const before = await ctx.date.now();
      await ctx.sleep(ms);
      return (await ctx.date.now()) - before;
    },

    /** Notes the order in which several sleeps end. */
    order: async (ctx: restate.Context, sleepsMs: readonly number[]) => {
      const ended: number[] = [];
      const sleeps = sleepsMs.map((ms) => ctx.sleep(ms).map(() => ended.push(ms)));
      await restate.RestatePromise.all(sleeps);
      return ended;
    },

    ring: async (_ctx: restate.Context, name: string) => {
      // The time of the machine, also where a test has set the clock of this process.
      trace(`ring ${name}`, Math.ceil(performance.timeOrigin + performance.now()));
      return name;
    },
  },
});

export const services = [sleeper];
