/**
 * The services that the bench calls, written with the published SDK as a user would: the same code for every server.
 *
 * Handlers use the context only for what the workload is about. What the bench must know beside that goes through `Progress`, in this
 * process.
 */
import * as restate from '@restatedev/restate-sdk';
import type { Gate } from './gate.ts';
import type { Progress } from './progress.ts';

/** A suspension that is measured should not take a minute to begin; the default is meant for calls that come back soon. */
const shortInactivityMs = 1_000;
const agentTurns = 25;

/** JSON of about this many bytes, as a tool or a model answers. */
function answerOf(bytes: number): { readonly text: string } {
  return { text: 'x'.repeat(bytes - '{"text":""}'.length) };
}

export function createWorkloadServices(
  progress: Progress,
  gate: Gate,
): NonNullable<restate.EndpointOptions['services']> {
  const options = { inactivityTimeout: shortInactivityMs };
  const work = restate.service({
    name: 'Work',
    handlers: {
      /** W1. */
      echo: async (_ctx: restate.Context, input: unknown) => input,
      /** W2. */
      steps: async (ctx: restate.Context, input: unknown) => {
        for (const name of ['first', 'second', 'third']) await ctx.run(name, () => answerOf(200));
        return input;
      },
      /** W3. */
      agent: async (ctx: restate.Context, input: unknown) => {
        for (let turn = 0; turn < agentTurns; turn++) {
          await ctx.run(`model ${turn}`, () => answerOf(1024));
          await ctx.run(`tool ${turn}`, () => answerOf(1024));
        }
        return input;
      },
      /** W4. */
      approval: restate.handlers.handler(options, async (ctx: restate.Context, _input: unknown) => {
        const { id, promise } = ctx.awakeable<boolean>();
        progress.awaitOutside(id);
        progress.enter(ctx.request().id);
        const approved = await promise;
        progress.complete(ctx.request().id);
        return approved;
      }),
      /** W5. */
      held: async (ctx: restate.Context, input: unknown) => {
        await ctx.run('before', () => answerOf(200));
        await ctx.run('held', async () => {
          progress.enter(ctx.request().id);
          await gate.opened;
          return answerOf(200);
        });
        await ctx.run('after', () => answerOf(200));
        progress.complete(ctx.request().id);
        return input;
      },
      /** W6. */
      history: restate.handlers.handler(options, async (ctx: restate.Context, steps: number) => {
        for (let step = 0; step < steps; step++) await ctx.run(`step ${step}`, () => answerOf(1024));
        const { id, promise } = ctx.awakeable<boolean>();
        progress.awaitOutside(id);
        progress.enter(ctx.request().id);
        const approved = await promise;
        progress.complete(ctx.request().id);
        return approved;
      }),
    },
  });
  return [work, createCounter(progress, gate)];
}

/** W7. */
function createCounter(
  progress: Progress,
  gate: Gate,
): restate.VirtualObjectDefinition<'Counter', Record<string, unknown>> {
  return restate.object({
    name: 'Counter',
    handlers: {
      /** Keeps the key busy while the queue fills. */
      hold: async (ctx: restate.ObjectContext) => {
        progress.enter(ctx.request().id);
        await gate.opened;
      },
      add: async (ctx: restate.ObjectContext, amount: number) => {
        const sum = ((await ctx.get<number>('sum')) ?? 0) + amount;
        ctx.set('sum', sum);
        progress.complete(ctx.request().id);
        return sum;
      },
    },
  });
}
