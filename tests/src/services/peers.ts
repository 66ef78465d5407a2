import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

/** What the other half serves. */
interface Ours {
  readonly refuse: (ctx: restate.Context, reason: string) => Promise<string>;
  readonly wait: (ctx: restate.Context, name: string) => Promise<void>;
  readonly answer: (ctx: restate.Context, request: { id: string; name: string }) => Promise<void>;
}
interface OurTally {
  readonly add: (ctx: restate.ObjectContext, value: number) => Promise<number>;
}
const ours: restate.ServiceDefinition<'Ours', Ours> = { name: 'Ours' };
const ourTally: restate.VirtualObjectDefinition<'OurTally', OurTally> = { name: 'OurTally' };

/** The half on the published SDK; `sdk-peers.ts` is the other. */
const theirs = restate.service({
  name: 'Theirs',
  handlers: {
    callOurs: async (ctx: restate.Context, key: string) => {
      const tally = ctx.objectClient(ourTally, key);
      await tally.add(1);
      const sum = await tally.add(2);
      const refused = await ctx
        .serviceClient(ours)
        .refuse('no tea')
        .catch((error: unknown) =>
          error instanceof restate.TerminalError ? `${error.code} ${error.message}` : 'other',
        );
      return { sum, refused };
    },
    refuse: async (_ctx: restate.Context, reason: string) => {
      throw new restate.TerminalError(reason, { errorCode: 418 });
    },
    waitForOther: async (ctx: restate.Context, name: string) => ctx.serviceClient(ours).wait(name),
    wait: async (ctx: restate.Context, name: string) => {
      trace(`waiting ${name}`);
      try {
        await ctx.sleep({ hours: 1 });
      } catch (error) {
        trace(`stopped ${name}`);
        throw error;
      }
    },
    ask: async (ctx: restate.Context, name: string) => {
      const answer = ctx.awakeable<string>();
      ctx.serviceSendClient(ours).answer({ id: answer.id, name });
      return await answer.promise;
    },
    answer: async (ctx: restate.Context, { id, name }: { id: string; name: string }) => {
      ctx.resolveAwakeable(id, `answer to ${name}`);
    },
  },
});

const theirTally = restate.object({
  name: 'TheirTally',
  handlers: {
    add: async (ctx: restate.ObjectContext, value: number) => {
      const sum = ((await ctx.get<number>('sum')) ?? 0) + value;
      ctx.set('sum', sum);
      return sum;
    },
  },
});

export const services = [theirs, theirTally];
