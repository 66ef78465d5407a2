import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

const selfApi = { name: 'Canceller' } as const;

/** Trees of invocations to be cancelled and killed. */
export const canceller = restate.service({
  name: 'Canceller',
  handlers: {
    /** Waits for ever, unless it is cancelled. */
    leaf: async (ctx: restate.Context, name: string) => {
      trace(`leaf ${name}`, ctx.request().id);
      try {
        await ctx.awakeable().promise;
      } catch (error) {
        trace(`leaf cancelled ${name}`, error instanceof restate.TerminalError ? error.code : 'other');
        throw error;
      }
    },

    /** Calls a leaf and passes on how that ended. */
    parent: async (ctx: restate.Context, name: string) => {
      trace(`parent ${name}`, ctx.request().id);
      try {
        await ctx.serviceClient<Self>(selfApi).leaf(name);
      } catch (error) {
        trace(`parent cancelled ${name}`, error instanceof restate.TerminalError ? error.code : 'other');
        throw error;
      }
    },

    grandparent: async (ctx: restate.Context, name: string) => ctx.serviceClient<Self>(selfApi).parent(name),

    /** Sends to a leaf, then waits itself: a cancellation does not follow a send. */
    sender: async (ctx: restate.Context, name: string) => {
      ctx.serviceSendClient<Self>(selfApi).leaf(name);
      await ctx.awakeable().promise;
    },

    /** Catches its cancellation and compensates with steps, a call and a sleep of its own. */
    compensate: async (ctx: restate.Context, name: string) => {
      try {
        trace(`compensate ${name}`);
        await ctx.sleep({ hours: 1 });
        return 'slept';
      } catch (error) {
        if (!(error instanceof restate.CancelledError)) throw error;
        const undone = await ctx.run('undo', () => {
          trace(`undone ${name}`);
          return 'undone';
        });
        await ctx.sleep(10);
        return `${undone}, ${await ctx.serviceClient<Self>(selfApi).echo(name)}`;
      }
    },

    /** Needs two cancellations: one for the first wait, one for the second. */
    stubborn: async (ctx: restate.Context, name: string) => {
      let cancelled = 0;
      while (cancelled < 2) {
        try {
          trace(`stubborn ${name} ${cancelled}`);
          await ctx.awakeable().promise;
        } catch (error) {
          if (!(error instanceof restate.CancelledError)) throw error;
          cancelled += 1;
        }
      }
      return cancelled;
    },

    echo: async (_ctx: restate.Context, name: string) => name,

    /** Cancels another invocation from within a handler. */
    cancelOther: async (ctx: restate.Context, id: string) => ctx.cancel(restate.InvocationIdParser.fromString(id)),

    /** Is told of its cancellation as a value instead of an error. */
    explicit: restate.handlers.handler({ explicitCancellation: true }, async (ctx: restate.Context, name: string) => {
      trace(`explicit ${name}`);
      // The SDK documents this cast for reading cancellations explicitly.
      const internal = ctx as restate.internal.ContextInternal;
      return restate.RestatePromise.race([
        ctx.awakeable<string>().promise,
        internal.cancellation().map(() => 'was told'),
      ]);
    }),
  },
});

interface Self {
  leaf: (ctx: restate.Context, name: string) => Promise<void>;
  parent: (ctx: restate.Context, name: string) => Promise<void>;
  echo: (ctx: restate.Context, name: string) => Promise<string>;
}

/** Holds its key until it is cancelled or killed. */
export const holder = restate.object({
  name: 'Holder',
  handlers: {
    hold: async (ctx: restate.ObjectContext, name: string) => {
      trace(`holding ${name}`, ctx.request().id);
      await ctx.awakeable().promise;
    },
    /** Holds the key while it calls a leaf. */
    holdWithChild: async (ctx: restate.ObjectContext, name: string) => {
      ctx.serviceSendClient<Self>(selfApi).leaf(`${name} sent`);
      await ctx.serviceClient<Self>(selfApi).leaf(`${name} called`);
    },
    touch: async (ctx: restate.ObjectContext) => {
      const touched = ((await ctx.get<number>('touched')) ?? 0) + 1;
      ctx.set('touched', touched);
      return touched;
    },
  },
});

export const services = [canceller, holder];
