import * as restate from '@restatedev/restate-sdk';
import { z } from 'zod';
import { suspendAtOnce, waitAtGate } from '../gate.ts';
import type { Scenario, Version } from '../scenario.ts';

const stepNames: Readonly<Record<Version, string>> = { v1: 'assess', v2: 'appraise' };
const retriesSeen = 3;

const settings = z.object({ retry_policy: z.object({ max_attempts: z.number() }) });

/** An invocation is resumed on a version whose first step has another name, so that its journal cannot be replayed there. */
export const mismatchIsRetried: Scenario = {
  id: 'C14',
  title: 'A journal that does not fit the code counts as a transient failure and is retried again and again.',
  expected: { holdfast: 'loud', restate: 'misleading' },

  services: (version) => [
    restate.service({
      name: 'C14Agent',
      handlers: {
        judge: async (ctx: restate.Context): Promise<string> => {
          await ctx.run(stepNames[version], () => version);
          await waitAtGate(ctx, 'judge');
          return version;
        },
      },
      options: suspendAtOnce,
    }),
  ],

  play: async ({ deploy, ingress, admin }) => {
    const v1 = await deploy('v1');
    const invocation = await ingress.send('C14Agent/judge');
    const gate = await v1.waitForGate('judge');
    await admin.waitForInvocation(invocation, 'is suspended', (row) => row.status === 'suspended');
    const v2 = await deploy('v2');
    const resume = (deployment: string) =>
      admin.ask('PATCH', `/invocations/${invocation}/resume?deployment=${deployment}`, {
        'x-holdfast-reason': 'to see what a mismatch does',
      });
    const move = await resume(v2.deployment);
    if (move.status >= 300) throw new Error(`The move was answered ${move.status}: ${move.text}`);
    const stopped = await admin.waitForInvocation(
      invocation,
      `is paused or was retried ${retriesSeen} times`,
      (row) => row.status === 'paused' || (row.retry_count ?? 0) >= retriesSeen,
    );

    const report = (await admin.ask('GET', `/invocations/${invocation}`)).text;
    const back = await resume(v1.deployment);
    if (stopped.status !== 'paused') {
      const service = settings.safeParse((await admin.ask('GET', '/services/C14Agent')).json);
      const limit = service.success ? ` of ${service.data.retry_policy.max_attempts}` : '';
      return {
        outcome: 'misleading',
        evidence:
          `${invocation} does not fit ${v2.deployment} (v2), and is "${stopped.status}" after attempt ` +
          `${stopped.retry_count ?? '?'}${limit}. Sending it back to v1 was answered ${back.status}.`,
      };
    }
    await ingress.openGate(gate);
    const finishedOn = String(await ingress.result(invocation));
    const attempts = stopped.retry_count ?? 0;
    const missing = [stepNames.v1, stepNames.v2, v1.deployment, v2.deployment, '"expected"', '"found"'].filter(
      (text) => !report.includes(text),
    );
    return {
      outcome: missing.length === 0 && attempts <= 1 && finishedOn === 'v1' ? 'loud' : 'misleading',
      evidence:
        `${invocation} was paused on ${v2.deployment} (v2) after ${attempts} failed attempts: recorded "${stepNames.v1}", found "${stepNames.v2}". ` +
        `Resumed on ${v1.deployment}, it finished on ${finishedOn}.` +
        (missing.length === 0 ? '' : ` The report lacks ${missing.join(', ')}.`),
    };
  },
};
