import * as restate from '@restatedev/restate-sdk';
import { trace } from '../harness/trace-file.ts';

const handlers = {
  /** Waits for an approval and answers it. */
  run: async (ctx: restate.WorkflowContext, name: string) => {
    ctx.set('stage', `asked for ${name}`);
    trace(`signup ${ctx.key}`);
    const approval = await ctx.promise<string>('approval');
    ctx.set('stage', `approved by ${approval}`);
    return `${name}, approved by ${approval}`;
  },

  approve: restate.handlers.workflow.shared(async (ctx: restate.WorkflowSharedContext, by: string) => {
    await ctx.promise<string>('approval').resolve(by);
    return 'thanks';
  }),

  decline: restate.handlers.workflow.shared(async (ctx: restate.WorkflowSharedContext, reason: string) => {
    await ctx.promise<string>('approval').reject(reason);
  }),

  peek: restate.handlers.workflow.shared(
    async (ctx: restate.WorkflowSharedContext) => (await ctx.promise<string>('approval').peek()) ?? 'open',
  ),

  wait: restate.handlers.workflow.shared(async (ctx: restate.WorkflowSharedContext) => ctx.promise<string>('approval')),

  stage: restate.handlers.workflow.shared(async (ctx: restate.WorkflowSharedContext) => ctx.get<string>('stage')),
};

export const signup = restate.workflow({ name: 'Signup', handlers });

/** Its completed runs are forgotten after a moment. */
export const shortSignup = restate.workflow({ name: 'ShortSignup', handlers, options: { workflowRetention: 300 } });

/** Starts workflows from a handler. */
export const clerk = restate.service({
  name: 'Clerk',
  handlers: {
    runAgain: async (ctx: restate.Context, key: string) => {
      try {
        return await ctx.workflowClient<typeof signup>({ name: 'Signup' }, key).run('again');
      } catch (error) {
        if (error instanceof restate.TerminalError) return { code: error.code };
        throw error;
      }
    },
    runAndApprove: async (ctx: restate.Context, key: string) => {
      const running = ctx.workflowClient<typeof signup>({ name: 'Signup' }, key).run('Ada');
      await ctx.workflowClient<typeof signup>({ name: 'Signup' }, key).approve('the clerk');
      return running;
    },
  },
});

export const services = [signup, shortSignup, clerk];
