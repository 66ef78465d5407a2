import {
  type Context,
  DurablePromise,
  object,
  type ObjectContext,
  service,
  shared,
  TerminalError,
  workflow,
  type WorkflowContext,
  type WorkflowSharedContext,
} from '@holdfast/sdk';
import { trace } from '../harness/trace-file.ts';
import { servedVersion } from '../harness/serve-options.ts';

// Processes are killed again and again here; by default the next attempt of one that was unlucky comes a minute later.
const soon = { retryPolicy: { initialInterval: 100, maxInterval: 1_000 } };

/** Everything a handler can do, written with the SDK of this repository. */
const tools = service({
  name: 'Tools',
  options: soon,
  handlers: {
    double: async (_ctx: Context, value: number) => value * 2,
    refuse: async (_ctx: Context, reason: string): Promise<string> => {
      throw new TerminalError(reason, { errorCode: 418 });
    },
    wait: async (ctx: Context, name: string) => {
      const gate = ctx.awakeable<string>('gate');
      trace(`waiting ${name}`, gate.id);
      try {
        return await gate.promise;
      } catch (error) {
        await ctx.run('note the end', () => trace(`callee ended ${name}`, String(error)));
        throw error;
      }
    },
  },
});

const counter = object({
  name: 'Tally',
  options: soon,
  handlers: {
    add: async (ctx: ObjectContext, value: number) => {
      const before = (await ctx.get<number>('sum')) ?? 0;
      ctx.set('sum', before + value);
      return before + value;
    },
    read: shared(async (ctx) => ({ sum: await ctx.get<number>('sum'), keys: await ctx.stateKeys(), key: ctx.key })),
    reset: async (ctx: ObjectContext) => ctx.clearAll(),
  },
});

const approval = workflow({
  name: 'Approval',
  options: soon,
  handlers: {
    run: async (ctx: WorkflowContext, subject: string) => `${subject}: ${await ctx.promise<string>('decision').get()}`,
    decide: async (ctx: WorkflowSharedContext, decision: string) => ctx.promise<string>('decision').resolve(decision),
    refuse: async (ctx: WorkflowSharedContext, reason: string) => ctx.promise('decision').reject(reason),
    look: async (ctx: WorkflowSharedContext) => (await ctx.promise<string>('decision').peek()) ?? 'open',
  },
});

const work = service({
  name: 'Work',
  handlers: {
    steps: async (ctx: Context, name: string) => {
      const first = await ctx.run('first', (text) => note(`first ${text}`), { args: [name] });
      await ctx.sleep({ milliseconds: 20 }, 'nap');
      const [left, right] = await DurablePromise.all([
        ctx.run('branch', () => note(`left ${name}`), { key: 'left' }),
        ctx.run('branch', () => note(`right ${name}`), { key: 'right' }),
      ]);
      return [first, left, right];
    },
    interrupted: async (ctx: Context, name: string) => {
      const before = await ctx.run('before', ({ idempotencyKey }) => {
        trace(`before ${name}`);
        return idempotencyKey;
      });
      const long = await ctx.run('long', async ({ idempotencyKey }) => {
        trace(`long ${name}`, idempotencyKey);
        if (servedVersion() === 'hangs') await new Promise<void>(() => undefined);
        return 'done';
      });
      return { long, before };
    },
    calls: async (ctx: Context, value: number) => {
      const four = await ctx.serviceClient(tools).double(value);
      const answer = ctx.serviceClient(tools).double(four);
      const sent = ctx.objectSendClient(counter, `calls-${value}`).add(value, { delay: 1 });
      const refused = await ctx
        .serviceClient(tools)
        .refuse('no tea')
        .catch((error: unknown) => (error instanceof TerminalError ? `${error.code} ${error.message}` : 'other'));
      return {
        doubled: await answer,
        refused,
        callee: (await answer.invocationId).slice(0, 5),
        sent: await ctx.attach<number>(await sent.invocationId),
      };
    },
    approve: async (ctx: Context, name: string) => {
      const gate = ctx.awakeable<string>('gate');
      await ctx.run('publish the gate', () => trace(`gate ${name}`, gate.id));
      return await gate.promise;
    },
    hurried: async (ctx: Context) => {
      const never = ctx.awakeable<string>('never').promise;
      return await never.orTimeout(20).catch((error: unknown) => (error instanceof TerminalError ? error.code : 0));
    },
    cancellable: async (ctx: Context, name: string) => {
      try {
        return await ctx.serviceClient(tools).wait(name);
      } catch (error) {
        await ctx.run('compensate', () => trace(`compensated ${name}`, String(error)));
        throw error;
      }
    },
    flaky: async (ctx: Context, name: string) => {
      const limited = ctx.run(
        'limited',
        () => {
          trace(`limited ${name}`);
          throw new Error('still broken');
        },
        { maxRetryAttempts: 3, initialRetryInterval: 1 },
      );
      return await limited.catch((error: unknown) => (error instanceof TerminalError ? error.message : 'other'));
    },
    swapped: async (ctx: Context, name: string) => {
      const step = servedVersion() === 'v2' ? 'score in percent' : 'score';
      await ctx.run(step, () => trace(`${step} ${name}`));
      const gate = ctx.awakeable<string>('gate');
      await ctx.run('publish the gate', () => trace(`gate ${name}`, gate.id));
      return await gate.promise;
    },
  },
});

const letters = service({
  name: 'Letters',
  handlers: {
    wait: async (ctx: Context, name: string) => {
      trace(`ready ${name}`, ctx.request().id);
      return await ctx.signal<string>('letter').catch((error: unknown) => String(error));
    },
    send: async (ctx: Context, { to, text }: { to: string; text: string }) => ctx.resolveSignal(to, 'letter', text),
    refuse: async (ctx: Context, to: string) => ctx.rejectSignal(to, 'letter', 'no letter today'),
    stop: async (ctx: Context, to: string) => ctx.cancel(to),
    reject: async (ctx: Context, id: string) => ctx.rejectAwakeable(id, 'not granted'),
  },
});

/** Entries of every kind, with a step between each two: a test kills the process whenever one of these ran. */
const entries = object({
  name: 'Entries',
  options: soon,
  handlers: {
    all: async (ctx: ObjectContext, name: string) => {
      const phase = (number: number): Promise<number> =>
        ctx.run(`phase ${number}`, () => {
          trace(`phase ${number} of ${name}`);
          return number;
        });
      const seen: unknown[] = [await phase(1), await ctx.get('state')];
      ctx.set('state', name);
      seen.push(await phase(2), await ctx.get('state'), await ctx.stateKeys());
      await ctx.sleep(1);
      seen.push(await phase(3), await ctx.serviceClient(tools).double(4));
      ctx.objectSendClient(counter, name).add(5);
      seen.push(await phase(4), await ctx.objectClient(counter, name).add(1));
      const own = ctx.awakeable<string>('own');
      ctx.resolveAwakeable(own.id, 'awake');
      seen.push(await phase(5), await own.promise);
      ctx.resolveSignal(ctx.request().id, 'note', 'signalled');
      seen.push(await phase(6), await ctx.signal('note'));
      const review = ctx.workflowClient(approval, name).run('paper');
      await ctx.workflowClient(approval, name).decide('fine');
      seen.push(await phase(7), await review, await ctx.attach(await review.invocationId));
      const group = await DurablePromise.all([
        ctx.run('tool', (text) => `${text} a`, { key: 'a', args: ['tool'] }),
        ctx.run('tool', (text) => `${text} b`, { key: 'b', args: ['tool'] }),
      ]);
      ctx.clear('state');
      seen.push(await phase(8), group, ctx.rand.random() < 1, typeof (await ctx.date.now()));
      ctx.clearAll();
      return [...seen, await phase(9), await ctx.stateKeys()];
    },
  },
});

async function note(event: string): Promise<string> {
  trace(event);
  return event;
}

export const services = [tools, counter, approval, work, letters, entries];
