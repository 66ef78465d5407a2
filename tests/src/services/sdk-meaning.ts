import { type Context, type DurablePromise, service } from '@holdfast/sdk';
import { servedVersion } from '../harness/serve-options.ts';
import { trace } from '../harness/trace-file.ts';

const isNew = servedVersion() === 'v2';

/** Each handler differs between v1 and v2 in one way that a replay by position and name alone would not notice, or would notice wrongly. */
const meaning = service({
  name: 'Meaning',
  handlers: {
    /** The tool's description changed its scale. */
    definition: async (ctx: Context, name: string) => {
      const under = { name: 'score', description: isNew ? 'Risk from 0 to 100.' : 'Risk from 0 to 10.' };
      const score = await ctx.run('score', (tx) => note(`score ${tx}`, 8), { under, args: [name] });
      await gate(ctx, name);
      return score;
    },
    /** The same step works on something else. */
    arguments: async (ctx: Context, name: string) => {
      const amount = isNew ? 5000 : 50;
      const charged = await ctx.run('charge', (cents) => note(`charge ${name}`, cents), { args: [amount] });
      await gate(ctx, name);
      return charged;
    },
    /** Two parallel calls of one tool changed places; found by their keys, they keep their results. */
    keys: async (ctx: Context, name: string) => {
      const [first, second] = isNew ? ['b', 'a'] : ['a', 'b'];
      const call = (key: string): DurablePromise<string> =>
        ctx.run('search', () => note(`${key} ${name}`, key), { key });
      const started = { [first]: call(first), [second]: call(second) };
      await gate(ctx, name);
      return { a: await started['a'], b: await started['b'] };
    },
    /** Two awakeables are created in another order. */
    awakeables: async (ctx: Context, name: string) => {
      const [first, second] = isNew ? ['refuse', 'approve'] : ['approve', 'refuse'];
      const made = { [first]: ctx.awakeable<string>(first), [second]: ctx.awakeable<string>(second) };
      await ctx.run('publish', () => trace(`approve ${name}`, made['approve']?.id));
      await ctx.run('publish the other', () => trace(`refuse ${name}`, made['refuse']?.id));
      return { approve: await made['approve']?.promise, refuse: await made['refuse']?.promise };
    },
  },
});

function note<T>(event: string, value: T): T {
  trace(event);
  return value;
}

async function gate(ctx: Context, name: string): Promise<void> {
  const opened = ctx.awakeable('gate');
  await ctx.run('publish the gate', () => trace(`gate ${name}`, opened.id));
  await opened.promise;
}

export const services = [meaning];
