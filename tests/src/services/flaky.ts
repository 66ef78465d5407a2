import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

/** How often the code came by, per name. In the memory of the process: it is the world outside of the journal. */
const visits = new Map<string, number>();

function visit(name: string): number {
  const count = (visits.get(name) ?? 0) + 1;
  visits.set(name, count);
  trace(name, count);
  return count;
}

const quick = { initialInterval: 10, maxInterval: 40 };

/** Fails in all the ways that are retried, and in some that are not. */
export const flaky = restate.service({
  name: 'Flaky',
  handlers: {
    /** The handler itself throws until its n-th attempt. */
    untilAttempt: async (ctx: restate.Context, { name, attempt }: { name: string; attempt: number }) => {
      const step = await ctx.run('step', () => visit(`${name} step`));
      if (visit(name) < attempt) throw new Error(`attempt fails: ${name}`);
      return { steps: step, attempts: visits.get(name) };
    },

    /** A step throws until its n-th execution; the runtime's policy says when it is tried again. */
    stepUntil: async (ctx: restate.Context, { name, attempt }: { name: string; attempt: number }) => {
      await ctx.run('before', () => visit(`${name} before`));
      return ctx.run('flaky step', () => {
        const count = visit(name);
        if (count < attempt) throw new Error(`step fails: ${name}`);
        return count;
      });
    },

    /** A step with a retry policy of its own, that gives up after three executions. */
    stepGivesUp: async (ctx: restate.Context, name: string) => {
      try {
        return await ctx.run('hopeless', () => fail(name), { maxRetryAttempts: 3, initialRetryInterval: 10 });
      } catch (error) {
        if (!(error instanceof restate.TerminalError)) throw error;
        return { gaveUp: error.message, executions: visits.get(name) };
      }
    },

    /** A step that says itself when it wants to be tried again. */
    stepAsksForDelay: async (ctx: restate.Context, { name, delayMs }: { name: string; delayMs: number }) =>
      ctx.run('asks for delay', () => {
        if (visit(name) === 1) throw new restate.RetryableError('come back later', { retryAfter: delayMs });
        return 'came back';
      }),

    /** A terminal error inside a step is the result of the step. */
    stepTerminal: async (ctx: restate.Context, name: string) => {
      try {
        return await ctx.run('terminal', () => {
          visit(name);
          throw new restate.TerminalError('card declined', { errorCode: 402 });
        });
      } catch (error) {
        if (!(error instanceof restate.TerminalError)) throw error;
        await ctx.sleep(1);
        return { code: error.code, message: error.message, executions: visits.get(name) };
      }
    },

    /** Two attempts, then the invocation is paused, until the world is mended. */
    pauses: restate.handlers.handler(
      { retryPolicy: { ...quick, maxAttempts: 2, onMaxAttempts: 'pause' } },
      async (ctx: restate.Context, name: string) => {
        await ctx.run('kept', () => visit(`${name} kept`));
        visit(name);
        if (!mended.has(name)) throw new Error(`not mended: ${name}`);
        return 'mended';
      },
    ),

    /** Two attempts, then the invocation ends with the last error. */
    dies: restate.handlers.handler(
      { retryPolicy: { ...quick, maxAttempts: 2, onMaxAttempts: 'kill' } },
      async (_ctx: restate.Context, name: string) => fail(name),
    ),

    /** One attempt is all there is. */
    once: restate.handlers.handler(
      { retryPolicy: { ...quick, maxAttempts: 1, onMaxAttempts: 'kill' } },
      async (_ctx: restate.Context, name: string) => fail(name),
    ),

    /** An error that the service maps to a terminal one. */
    mapped: async (_ctx: restate.Context) => {
      throw new RangeError('7 of 5');
    },

    mend: async (_ctx: restate.Context, name: string) => {
      mended.add(name);
    },
  },
  options: {
    retryPolicy: quick,
    asTerminalError: (error) =>
      error instanceof RangeError ? new restate.TerminalError('out of range', { errorCode: 416 }) : undefined,
  },
});

const mended = new Set<string>();

function fail(name: string): never {
  visit(name);
  throw new Error(`always fails: ${name}`);
}

/** Holds its key while its first execution is paused. */
export const pausingObject = restate.object({
  name: 'PausingObject',
  handlers: {
    work: async (_ctx: restate.ObjectContext, name: string) => {
      visit(name);
      if (!mended.has(name)) throw new Error(`not mended: ${name}`);
      return 'mended';
    },
    touch: async (_ctx: restate.ObjectContext) => 'touched',
  },
  options: { retryPolicy: { ...quick, maxAttempts: 1, onMaxAttempts: 'pause' } },
});

export const services = [flaky, pausingObject];
