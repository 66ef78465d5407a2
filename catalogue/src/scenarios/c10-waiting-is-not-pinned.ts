import * as restate from '@restatedev/restate-sdk';
import { suspendAtOnce, waitAtGate } from '../gate.ts';
import type { Scenario } from '../scenario.ts';
import { countPinned } from '../world/count-pinned.ts';

/** The first and only thing the invocation does is to wait for a person. */
export const waitingIsNotPinned: Scenario = {
  id: 'C10',
  title: 'An invocation that only waits for an approval is not pinned; its version seems drained and safe to remove.',
  expected: { holdfast: 'prevented', restate: 'silent wrong' },

  services: (version) => [
    restate.service({
      name: 'C10Review',
      handlers: {
        review: async (ctx: restate.Context): Promise<string> => {
          await waitAtGate(ctx, 'review');
          return version;
        },
      },
      options: suspendAtOnce,
    }),
  ],

  play: async ({ deploy, ingress, admin }) => {
    const v1 = await deploy('v1');
    const invocation = await ingress.send('C10Review/review');
    const gate = await v1.waitForGate('review');
    await admin.waitForInvocation(invocation, 'is suspended', (row) => row.status === 'suspended');
    await deploy('v2');
    const pinned = await countPinned(admin, v1.deployment);
    const removal = await admin.ask('DELETE', `/deployments/${v1.deployment}`);
    await ingress.openGate(gate);

    const finishedOn = await ingress.result(invocation);
    const counted = pinned > 0 && removal.status === 409;
    return {
      outcome: finishedOn !== 'v1' ? 'silent wrong' : counted ? 'prevented' : 'misleading',
      evidence:
        `While ${invocation} waited, ${v1.deployment} (v1) was shown with ${pinned} pinned; removing it was answered ` +
        `${removal.status}. After the approval it finished on ${String(finishedOn)}.`,
    };
  },
};
