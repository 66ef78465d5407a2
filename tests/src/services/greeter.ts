import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

/** A stateless service with one handler per thing that can pass between a caller and a handler. */
export const greeter = restate.service({
  name: 'Greeter',
  handlers: {
    greet: async (_ctx: restate.Context, name: string) => `Hello, ${name}!`,

    echo: async (_ctx: restate.Context, value: unknown) => value,

    nothing: async (_ctx: restate.Context) => {},

    bytes: restate.handlers.handler(
      { input: restate.serde.binary, output: restate.serde.binary },
      async (_ctx: restate.Context, input: Uint8Array) => Uint8Array.from(input).toReversed(),
    ),

    whoAmI: async (ctx: restate.Context) => ({
      id: ctx.request().id,
      headers: Object.fromEntries(ctx.request().headers),
      target: ctx.request().target,
      attempt: Object.fromEntries(ctx.request().attemptHeaders),
    }),

    fail: async (
      _ctx: restate.Context,
      failure: { message: string; code?: number; metadata?: Record<string, string> },
    ) => {
      throw new restate.TerminalError(failure.message, {
        ...(failure.code === undefined ? {} : { errorCode: failure.code }),
        ...(failure.metadata === undefined ? {} : { metadata: failure.metadata }),
      });
    },

    /** Answers only when all of a group of `size` calls are inside the handler at the same time. */
    meet: async (ctx: restate.Context, group: { name: string; size: number }) => {
      await ctx.run('meet', async () => {
        trace(`meet ${group.name}`);
        const members = (meetings.get(group.name) ?? []) as (() => void)[];
        meetings.set(group.name, members);
        await new Promise<void>((resolve) => {
          members.push(resolve);
          if (members.length === group.size) for (const leave of members) leave();
        });
      });
      return 'met';
    },
  },
});

const meetings = new Map<string, (() => void)[]>();

/** Reachable from other handlers only. */
export const hidden = restate.service({
  name: 'Hidden',
  handlers: { whisper: async (_ctx: restate.Context, word: string) => word.toLowerCase() },
  options: { ingressPrivate: true },
});

export const frontDoor = restate.service({
  name: 'FrontDoor',
  handlers: {
    whisper: async (ctx: restate.Context, word: string) =>
      ctx.serviceClient<typeof hidden>({ name: 'Hidden' }).whisper(word),
    open: async (_ctx: restate.Context) => 'open',
    locked: restate.handlers.handler({ ingressPrivate: true }, async (_ctx: restate.Context) => 'locked'),
  },
});

export const services = [greeter, hidden, frontDoor];
