import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';
import type { counter } from './counter.ts';
import { counter as counterService } from './counter.ts';
import type { greeter } from './greeter.ts';
import { greeter as greeterService } from './greeter.ts';

const greeterApi = { name: 'Greeter' } as const;
const counterApi = { name: 'Counter' } as const;

/** Calls and sends to other handlers in every form that the SDK has. */
export const caller = restate.service({
  name: 'Caller',
  handlers: {
    call: async (ctx: restate.Context, name: string) => ctx.serviceClient<typeof greeter>(greeterApi).greet(name),

    callObject: async (ctx: restate.Context, { key, amount }: { key: string; amount: number }) =>
      ctx.objectClient<typeof counter>(counterApi, key).add(amount),

    callMany: async (ctx: restate.Context, { key, times }: { key: string; times: number }) => {
      const calls = Array.from({ length: times }, () => ctx.objectClient<typeof counter>(counterApi, key).add(1));
      return restate.RestatePromise.all(calls);
    },

    /** Sends in order; one key keeps that order. */
    sendMany: async (ctx: restate.Context, { key, times }: { key: string; times: number }) => {
      for (let index = 0; index < times; index++) {
        ctx.objectSendClient<typeof counter>(counterApi, key).note(`n${index}`);
      }
    },

    sendDelayed: async (ctx: restate.Context, { key, delayMs }: { key: string; delayMs: number }) => {
      const sent = ctx
        .objectSendClient<typeof counter>(counterApi, key)
        .add(1, restate.rpc.sendOpts({ delay: delayMs }));
      return sent.invocationId;
    },

    /** Ids that the runtime gave to a call and to a send. */
    ids: async (ctx: restate.Context) => {
      const call = ctx.serviceClient<typeof greeter>(greeterApi).whoAmI();
      const send = ctx.serviceSendClient<typeof greeter>(greeterApi).greet('nobody');
      return { called: await call.invocationId, seen: (await call).id, sent: await send.invocationId };
    },

    withHeaders: async (ctx: restate.Context, headers: Record<string, string>) =>
      (await ctx.serviceClient<typeof greeter>(greeterApi).whoAmI(restate.rpc.opts({ headers }))).headers,

    catchFailure: async (
      ctx: restate.Context,
      failure: { message: string; code: number; metadata?: Record<string, string> },
    ) => {
      try {
        await ctx.serviceClient<typeof greeter>(greeterApi).fail(failure);
        return 'no failure';
      } catch (error) {
        if (!(error instanceof restate.TerminalError)) throw error;
        return { code: error.code, message: error.message, metadata: error.metadata };
      }
    },

    generic: async (ctx: restate.Context, bytes: readonly number[]) => {
      const answer = await ctx.genericCall({ service: 'Greeter', method: 'bytes', parameter: Uint8Array.from(bytes) });
      return [...answer];
    },

    /** Calls the same target twice with one idempotency key. */
    callTwice: async (ctx: restate.Context, { key, idempotencyKey }: { key: string; idempotencyKey: string }) => {
      const once = ctx.objectClient<typeof counter>(counterApi, key).add(1, restate.rpc.opts({ idempotencyKey }));
      const again = ctx.objectClient<typeof counter>(counterApi, key).add(1, restate.rpc.opts({ idempotencyKey }));
      return { results: [await once, await again], sameId: (await once.invocationId) === (await again.invocationId) };
    },

    /** Calls a handler that no deployment serves. */
    callUnknown: async (ctx: restate.Context) => {
      trace('calling unknown');
      await ctx.genericCall({ service: 'Nowhere', method: 'nothing', parameter: new Uint8Array() });
    },

    /** A chain of calls, each one level deeper. */
    deep: async (ctx: restate.Context, levels: number): Promise<number> =>
      levels === 0
        ? 0
        : 1 +
          (await ctx
            .serviceClient<{ deep: (ctx: restate.Context, levels: number) => Promise<number> }>({ name: 'Caller' })
            .deep(levels - 1)),
  },
});

export const services = [caller, counterService, greeterService];
