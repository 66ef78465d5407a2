import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

const broken = new Set<string>();

/** Everything that must come out the same when a handler runs again. */
export const dice = restate.service({
  name: 'Dice',
  handlers: {
    /** Fails once at each of three places, and traces there and at the end what it has seen so far. */
    throwDice: async (ctx: restate.Context, name: string) => {
      const seen: unknown[] = [ctx.rand.random(), ctx.rand.uuidv4()];
      breakOnce(name, 'at the start', seen);
      seen.push(await ctx.date.now());
      seen.push(await ctx.run('outside', () => Math.random()));
      breakOnce(name, 'after a step', seen);
      await ctx.sleep(1);
      seen.push(ctx.rand.random(), await ctx.date.toJSON(), ctx.request().id);
      breakOnce(name, 'after a sleep', seen);
      seen.push(ctx.rand.uuidv4());
      trace(`dice ${name}`, seen);
      return seen;
    },
  },
  options: { retryPolicy: { initialInterval: 10, maxInterval: 10 } },
});

function breakOnce(name: string, place: string, seen: readonly unknown[]): void {
  const here = `${name} ${place}`;
  if (broken.has(here)) return;
  broken.add(here);
  trace(`dice ${name}`, seen);
  throw new Error(`broken on purpose ${place}`);
}

export const services = [dice];
