import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

/** An object that counts; the smallest thing that shows lost or doubled work. */
export const counter = restate.object({
  name: 'Counter',
  handlers: {
    add: async (ctx: restate.ObjectContext, amount: number) => {
      const before = (await ctx.get<number>('count')) ?? 0;
      ctx.set('count', before + amount);
      return before + amount;
    },

    /** Holds the key until somebody resolves the awakeable whose id is traced. */
    hold: async (ctx: restate.ObjectContext, name: string) => {
      const gate = ctx.awakeable<string>();
      await ctx.run('announce', () => trace(`holding ${name}`, gate.id));
      const word = await gate.promise;
      trace(`released ${name}`);
      return word;
    },

    /** Notes the order in which the calls of a key are executed. */
    note: async (ctx: restate.ObjectContext, value: string) => {
      const notes = (await ctx.get<string[]>('notes')) ?? [];
      ctx.set('notes', [...notes, value]);
      return notes.length;
    },

    notes: restate.handlers.object.shared(
      async (ctx: restate.ObjectSharedContext) => (await ctx.get<string[]>('notes')) ?? [],
    ),

    value: restate.handlers.object.shared(
      async (ctx: restate.ObjectSharedContext) => (await ctx.get<number>('count')) ?? 0,
    ),

    myKey: restate.handlers.object.shared(async (ctx: restate.ObjectSharedContext) => ctx.key),

    /** Writes state, then fails terminally: the writes stay. */
    setThenFail: async (ctx: restate.ObjectContext, amount: number) => {
      ctx.set('count', amount);
      throw new restate.TerminalError('failed after the write', { errorCode: 418 });
    },

    clear: async (ctx: restate.ObjectContext) => ctx.clearAll(),
  },
});

export const services = [counter];
