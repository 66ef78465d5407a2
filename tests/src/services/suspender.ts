import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

const broken = new Set<string>();

/** Long journals, long waits, and results that are kept for a while or not at all. */
export const suspender = restate.service({
  name: 'Suspender',
  handlers: {
    /** Waits with the connection open for a moment, then suspended. */
    waitLong: restate.handlers.handler({ inactivityTimeout: 150 }, async (ctx: restate.Context, name: string) => {
      trace(`attempt ${name}`);
      const gate = ctx.awakeable<string>();
      await ctx.run('announce', () => trace(`gate ${name}`, gate.id));
      return gate.promise;
    }),

    /** Waits with the connection open all the time. */
    waitOpen: restate.handlers.handler(
      { inactivityTimeout: { hours: 1 } },
      async (ctx: restate.Context, name: string) => {
        trace(`attempt ${name}`);
        const gate = ctx.awakeable<string>();
        await ctx.run('announce', () => trace(`gate ${name}`, gate.id));
        return gate.promise;
      },
    ),

    /** A step that is busy for longer than the inactivity timeout. */
    busyStep: restate.handlers.handler({ inactivityTimeout: 50 }, async (ctx: restate.Context, name: string) =>
      ctx.run('busy', async () => {
        trace(`busy ${name}`);
        await new Promise((resolve) => setTimeout(resolve, 300));
        return 'not interrupted';
      }),
    ),

    /** Many steps, and one failure in the middle of them. */
    longJournal: async (ctx: restate.Context, { name, steps }: { name: string; steps: number }) => {
      let sum = 0;
      for (let index = 0; index < steps; index++) {
        sum += await ctx.run(`step ${index}`, () => index);
        if (index === Math.floor(steps / 2) && !broken.has(name)) {
          broken.add(name);
          throw new Error('broken half-way');
        }
      }
      return sum;
    },

    /** Its result is kept for a moment. */
    remembering: restate.handlers.handler(
      { idempotencyRetention: 400, journalRetention: 400 },
      async (_ctx: restate.Context, name: string) => {
        trace(`remembering ${name}`);
        return name;
      },
    ),

    /** Pauses itself from within a step; the next try succeeds. */
    pausesItself: async (ctx: restate.Context, name: string) =>
      ctx.run('pauses', () => {
        trace(`pauses itself ${name}`);
        if (broken.has(name)) return 'went on';
        broken.add(name);
        throw new restate.PauseError('wait for a person');
      }),

    /** Two steps in a row that each need all the tries that they have. */
    twoFlakySteps: async (ctx: restate.Context, name: string) => {
      const tries = [0, 0];
      for (const index of [0, 1]) {
        tries[index] = await ctx.run(
          `flaky ${index}`,
          () => {
            trace(`flaky ${index} ${name}`);
            const count = (visits.get(`${index} ${name}`) ?? 0) + 1;
            visits.set(`${index} ${name}`, count);
            if (count < 3) throw new Error(`flaky step ${index}`);
            return count;
          },
          { maxRetryAttempts: 3, initialRetryInterval: 10, maxRetryInterval: 10 },
        );
      }
      return tries;
    },
  },
  options: { retryPolicy: { initialInterval: 20, maxInterval: 100 } },
});

const visits = new Map<string, number>();

export const services = [suspender];
