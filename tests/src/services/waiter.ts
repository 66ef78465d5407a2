import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

/** Waits for awakeables and signals, and completes those of others. */
export const waiter = restate.service({
  name: 'Waiter',
  handlers: {
    /** Waits for one awakeable and answers its value or its failure. */
    wait: async (ctx: restate.Context, name: string) => {
      const awakeable = ctx.awakeable<unknown>();
      trace(`waiting ${name}`, awakeable.id);
      try {
        return { value: (await awakeable.promise) ?? null };
      } catch (error) {
        if (error instanceof restate.TerminalError) return { code: error.code, message: error.message };
        throw error;
      }
    },

    /** Creates two awakeables, and reads the first one only after a pause. */
    waitTwo: async (ctx: restate.Context, name: string) => {
      const one = ctx.awakeable<string>();
      const two = ctx.awakeable<string>();
      trace(`waiting two ${name}`, [one.id, two.id]);
      const second = await two.promise;
      const first = await one.promise;
      return [first, second];
    },

    resolve: async (ctx: restate.Context, { id, value }: { id: string; value: unknown }) =>
      ctx.resolveAwakeable(id, value),

    reject: async (ctx: restate.Context, { id, reason, code }: { id: string; reason: string; code?: number }) =>
      ctx.rejectAwakeable(id, code === undefined ? reason : new restate.TerminalError(reason, { errorCode: code })),

    /** Waits for a signal of that name, sent to this invocation. */
    waitSignal: async (ctx: restate.Context, name: string) => {
      trace(`waiting signal ${name}`);
      try {
        return { value: await ctx.signal<unknown>(name) };
      } catch (error) {
        if (error instanceof restate.TerminalError) return { code: error.code, message: error.message };
        throw error;
      }
    },

    /** Waits for two signals in the order of their names, whatever the order of their arrival. */
    waitTwoSignals: async (ctx: restate.Context, name: string) => {
      trace(`waiting two signals ${name}`);
      return [await ctx.signal<string>('a'), await ctx.signal<string>('b')];
    },

    signal: async (ctx: restate.Context, { id, name, value }: { id: string; name: string; value: unknown }) =>
      ctx.invocation(restate.InvocationIdParser.fromString(id)).signal(name).resolve(value),

    rejectSignal: async (ctx: restate.Context, { id, name, reason }: { id: string; name: string; reason: string }) =>
      ctx.invocation(restate.InvocationIdParser.fromString(id)).signal(name).reject(reason),

    attach: async (ctx: restate.Context, id: string) => {
      try {
        return { value: await ctx.attach<unknown>(restate.InvocationIdParser.fromString(id)) };
      } catch (error) {
        if (error instanceof restate.TerminalError) return { code: error.code, message: error.message };
        throw error;
      }
    },

    answer: restate.handlers.handler(
      { idempotencyRetention: { hours: 1 } },
      async (_ctx: restate.Context, value: unknown) => value,
    ),

    fail: async (_ctx: restate.Context, message: string) => {
      throw new restate.TerminalError(message, { errorCode: 409 });
    },
  },
});

export const services = [waiter];
