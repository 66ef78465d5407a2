import * as restate from '@restatedev/restate-sdk';
import { z } from 'zod';
import { waitAtGate } from '../gate.ts';
import type { Scenario, Version } from '../scenario.ts';

const scales: Readonly<Record<Version, number>> = { v1: 100, v2: 10 };
const suspicion = 0.8;

const verdict = z.object({
  agent: z.string(),
  scorer: z.string(),
  score: z.number(),
  scale: z.number(),
  verdict: z.string(),
});

/**
 * Agent and tool are two services of one deployment. The agent of version 1 is at work when version 2 becomes current, and
 * only then calls the tool. Both versions are consistent in themselves: the agent reads the score on its own scale.
 */
export const callLeavesTheVersion: Scenario = {
  id: 'C6',
  title: 'A running agent calls a tool service and gets the result of another version of it.',
  expected: { holdfast: 'prevented', restate: 'silent wrong' },

  services: (version) => {
    const scale = scales[version];
    const scorer = restate.service({
      name: 'C6Scorer',
      handlers: { score: async () => ({ scorer: version, score: scale * suspicion }) },
    });
    const agent = restate.service({
      name: 'C6Agent',
      handlers: {
        judge: async (ctx: restate.Context): Promise<z.infer<typeof verdict>> => {
          await ctx.run('read the manual', () => scale);
          await waitAtGate(ctx, 'judge');
          const { scorer: by, score } = await ctx.serviceClient<typeof scorer>({ name: 'C6Scorer' }).score();
          return { agent: version, scorer: by, score, scale, verdict: score / scale > 0.7 ? 'BLOCK' : 'APPROVE' };
        },
      },
    });
    return [scorer, agent];
  },

  play: async ({ deploy, ingress }) => {
    const v1 = await deploy('v1');
    const invocation = await ingress.send('C6Agent/judge');
    const gate = await v1.waitForGate('judge');
    await deploy('v2');
    await ingress.openGate(gate);

    const result = verdict.parse(await ingress.result(invocation));
    return {
      outcome: result.scorer === result.agent ? 'prevented' : 'silent wrong',
      evidence:
        `The agent of ${result.agent} (${invocation}) was given ${result.score} by the scorer of ${result.scorer}, ` +
        `read it on a scale of ${result.scale}: ${result.verdict}.`,
    };
  },
};
