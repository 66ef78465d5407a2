import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

const attempts = new Map<string, number>();

/** Everything that must come out the same when a handler runs again. */
export const dice = restate.service({
  name: 'Dice',
  handlers: {
    /** Fails its first three attempts at different places, and traces what every attempt saw. */
    throwDice: async (ctx: restate.Context, name: string) => {
      const attempt = (attempts.get(name) ?? 0) + 1;
      attempts.set(name, attempt);
      const seen: unknown[] = [ctx.rand.random(), ctx.rand.uuidv4()];
      if (attempt === 1) breakHere(name, seen);
      seen.push(await ctx.date.now());
      seen.push(await ctx.run('outside', () => Math.random()));
      if (attempt === 2) breakHere(name, seen);
      await ctx.sleep(1);
      seen.push(ctx.rand.random(), await ctx.date.toJSON(), ctx.request().id);
      if (attempt === 3) breakHere(name, seen);
      seen.push(ctx.rand.uuidv4());
      trace(`dice ${name}`, seen);
      return seen;
    },
  },
  options: { retryPolicy: { initialInterval: 10, maxInterval: 10 } },
});

function breakHere(name: string, seen: readonly unknown[]): never {
  trace(`dice ${name}`, seen);
  throw new Error('broken on purpose');
}

export const services = [dice];
