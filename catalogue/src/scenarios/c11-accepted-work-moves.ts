import * as restate from '@restatedev/restate-sdk';
import { waitAtGate } from '../gate.ts';
import type { Scenario } from '../scenario.ts';
import { countPinned } from '../world/count-pinned.ts';

// Long enough to register a version on a busy machine, and the whole scenario waits for it.
const delayMs = 3_000;

/** Two pieces of work are accepted while version 1 is current: one for later, one behind another on the same key. */
export const acceptedWorkMoves: Scenario = {
  id: 'C11',
  title: 'Delayed and queued work that one version accepted runs on the next, and is not counted.',
  expected: { holdfast: 'prevented', restate: 'silent wrong' },

  services: (version) => [
    restate.service({ name: 'C11Reminder', handlers: { remind: async () => version } }),
    restate.object({
      name: 'C11Account',
      handlers: {
        hold: async (ctx: restate.ObjectContext): Promise<string> => {
          await ctx.run('take the account', () => version);
          await waitAtGate(ctx, 'hold');
          return version;
        },
        book: async () => version,
      },
    }),
  ],

  play: async ({ deploy, ingress, admin }) => {
    const v1 = await deploy('v1');
    const holder = await ingress.send('C11Account/a-1/hold');
    const gate = await v1.waitForGate('hold');
    const queued = await ingress.send('C11Account/a-1/book');
    const delayed = await ingress.send('C11Reminder/remind', undefined, { delayMs });
    await admin.waitForInvocation(queued, 'is queued', (row) => row.status === 'pending');
    const pinned = await countPinned(admin, v1.deployment);

    await deploy('v2');
    const stillDelayed = await admin.findInvocation(delayed);
    if (stillDelayed?.status !== 'scheduled') {
      throw new Error(
        `${delayed} is ${stillDelayed?.status ?? 'gone'} already: registering took longer than ${delayMs} ms.`,
      );
    }
    await ingress.openGate(gate);
    await ingress.result(holder);

    const ranOn = [await ingress.result(queued), await ingress.result(delayed)];
    const stayed = ranOn.every((version) => version === 'v1');
    return {
      outcome: !stayed ? 'silent wrong' : pinned === 3 ? 'prevented' : 'misleading',
      evidence:
        `Accepted under v1: the queued ${queued} ran on ${String(ranOn[0])}, the delayed ${delayed} on ${String(ranOn[1])}. ` +
        `${v1.deployment} (v1) was shown with ${pinned} of its 3 pieces of work.`,
    };
  },
};
