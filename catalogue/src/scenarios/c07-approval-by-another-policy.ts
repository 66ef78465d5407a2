import * as restate from '@restatedev/restate-sdk';
import { z } from 'zod';
import type { Scenario, Version } from '../scenario.ts';

/** Up to which amount one person alone may approve, in each version. */
const soloLimits: Readonly<Record<Version, number>> = { v1: 1_000, v2: 100_000 };
const amount = 5_000;

const outcome = z.object({ startedBy: z.string(), approvedBy: z.string(), paid: z.boolean() });

/** A payout waits for its approval while a version with a laxer policy becomes current. */
export const approvalByAnotherPolicy: Scenario = {
  id: 'C7',
  title: 'A workflow that started under one policy is approved by the handler, and the policy, of another version.',
  expected: { holdfast: 'prevented', restate: 'silent wrong' },

  services: (version) => [
    restate.workflow({
      name: 'C7Payout',
      handlers: {
        run: async (ctx: restate.WorkflowContext): Promise<z.infer<typeof outcome>> => {
          await ctx.run('open the case', () => version);
          const decision = await ctx.promise<{ policy: Version; approved: boolean }>('decision');
          return { startedBy: version, approvedBy: decision.policy, paid: decision.approved };
        },
        approve: async (ctx: restate.WorkflowSharedContext): Promise<void> => {
          const approved = amount <= soloLimits[version];
          await ctx.promise<{ policy: Version; approved: boolean }>('decision').resolve({ policy: version, approved });
        },
      },
    }),
  ],

  play: async ({ deploy, ingress, admin }) => {
    const v1 = await deploy('v1');
    const invocation = await ingress.send('C7Payout/p-1/run');
    await admin.waitForInvocation(invocation, 'is pinned', (row) => row.pinned_deployment_id === v1.deployment);
    await deploy('v2');
    await ingress.call('C7Payout/p-1/approve');

    const { startedBy, approvedBy, paid } = outcome.parse(await ingress.result(invocation));
    const limit = soloLimits[approvedBy === 'v1' ? 'v1' : 'v2'];
    return {
      outcome: approvedBy === startedBy ? 'prevented' : 'silent wrong',
      evidence:
        `The payout of ${amount} started on ${startedBy} (${invocation}); one approval, judged by ${approvedBy} ` +
        `(limit ${limit}): ${paid ? 'paid' : 'not paid'}.`,
    };
  },
};
