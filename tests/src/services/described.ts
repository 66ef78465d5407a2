import * as restate from '@restatedev/restate-sdk';

/** A service that says everything about itself that a manifest can carry. */
export const described = restate.service({
  name: 'Described',
  description: 'A service that describes itself.',
  metadata: { team: 'risk' },
  handlers: {
    score: restate.handlers.handler(
      { description: 'Scores a transaction from 0 to 10.', metadata: { scale: '0..10' } },
      async (_ctx: restate.Context, amount: number) => Math.min(10, Math.floor(amount / 100)),
    ),
    plain: async (_ctx: restate.Context) => 'plain',
  },
});

export const describedObject = restate.object({
  name: 'DescribedObject',
  handlers: {
    write: async (_ctx: restate.ObjectContext) => {},
    read: restate.handlers.object.shared(async (_ctx: restate.ObjectSharedContext) => {}),
  },
});

export const describedWorkflow = restate.workflow({
  name: 'DescribedWorkflow',
  handlers: {
    run: async (_ctx: restate.WorkflowContext) => {},
    ask: restate.handlers.workflow.shared(async (_ctx: restate.WorkflowSharedContext) => {}),
  },
});

export const services = [described, describedObject, describedWorkflow];
