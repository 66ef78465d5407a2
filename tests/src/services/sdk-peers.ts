import { type Context, isTerminalError, object, type ObjectContext, service, TerminalError } from '@holdfast/sdk';
import { trace } from '../harness/trace-file.ts';

/** The half on the SDK of this repository; `peers.ts` is the other. */
const ours = service({
  name: 'Ours',
  handlers: {
    callTheirs: async (ctx: Context, key: string) => {
      const tally = { service: 'TheirTally', key, method: 'add' };
      await ctx.genericCall({ ...tally, parameter: 1 });
      const sum = await ctx.genericCall<number, number>({ ...tally, parameter: 2 });
      const refused = await ctx
        .genericCall({ service: 'Theirs', method: 'refuse', parameter: 'no tea' })
        .catch((error: unknown) => (isTerminalError(error) ? `${error.code} ${error.message}` : 'other'));
      return { sum, refused };
    },
    refuse: async (_ctx: Context, reason: string) => {
      throw new TerminalError(reason, { errorCode: 418 });
    },
    waitForOther: async (ctx: Context, name: string) =>
      ctx.genericCall({ service: 'Theirs', method: 'wait', parameter: name }),
    wait: async (ctx: Context, name: string) => {
      trace(`waiting ${name}`);
      try {
        await ctx.sleep({ hours: 1 });
      } catch (error) {
        trace(`stopped ${name}`);
        throw error;
      }
    },
    ask: async (ctx: Context, name: string) => {
      const answer = ctx.awakeable<string>('answer');
      ctx.genericSend({ service: 'Theirs', method: 'answer', parameter: { id: answer.id, name } });
      return await answer.promise;
    },
    answer: async (ctx: Context, { id, name }: { id: string; name: string }) => {
      ctx.resolveAwakeable(id, `answer to ${name}`);
    },
  },
});

const ourTally = object({
  name: 'OurTally',
  handlers: {
    add: async (ctx: ObjectContext, value: number) => {
      const sum = ((await ctx.get<number>('sum')) ?? 0) + value;
      ctx.set('sum', sum);
      return sum;
    },
  },
});

export const services = [ours, ourTally];
