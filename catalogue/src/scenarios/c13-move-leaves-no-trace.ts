import * as restate from '@restatedev/restate-sdk';
import { z } from 'zod';
import { suspendAtOnce, waitAtGate } from '../gate.ts';
import type { Scenario } from '../scenario.ts';
import type { Admin } from '../world/admin.ts';

const reason = 'incident 4711: v1 loses its licence';

const history = z.object({
  versions: z.array(z.object({ deployment: z.string(), at: z.unknown(), by: z.string(), reason: z.string() })),
});

/** An operator moves a waiting invocation to version 2, which happens to fit. Afterwards somebody asks who did it, and when. */
export const moveLeavesNoTrace: Scenario = {
  id: 'C13',
  title: 'After a move, nothing tells where the invocation ran before, or who moved it.',
  expected: { holdfast: 'loud', restate: 'misleading' },

  services: (version) => [
    restate.service({
      name: 'C13Agent',
      handlers: {
        judge: async (ctx: restate.Context): Promise<string> => {
          await ctx.run('assess', () => version);
          await waitAtGate(ctx, 'judge');
          return version;
        },
      },
      options: suspendAtOnce,
    }),
  ],

  play: async ({ deploy, ingress, admin }) => {
    const v1 = await deploy('v1');
    const invocation = await ingress.send('C13Agent/judge');
    const gate = await v1.waitForGate('judge');
    await admin.waitForInvocation(invocation, 'is suspended', (row) => row.status === 'suspended');
    const v2 = await deploy('v2');
    const move = await admin.ask('PATCH', `/invocations/${invocation}/resume?deployment=${v2.deployment}`, {
      'x-holdfast-reason': reason,
    });
    if (move.status >= 300) throw new Error(`The move was answered ${move.status}: ${move.text}`);
    await admin.waitForInvocation(invocation, 'is moved', (row) => row.pinned_deployment_id === v2.deployment);

    const records = await readRecords(admin, invocation);
    await ingress.openGate(gate);
    const finishedOn = String(await ingress.result(invocation));

    const before = records.versions.some((entry) => entry.deployment === v1.deployment);
    const moved = records.versions.find((entry) => entry.deployment === v2.deployment && entry.reason === reason);
    if (before && moved !== undefined) {
      return {
        outcome: 'loud',
        evidence: `The history of ${invocation} shows ${v1.deployment} (v1), then ${v2.deployment} (v2) by "${moved.by}": "${moved.reason}".`,
      };
    }
    const named = [v1.deployment, reason].filter((text) => records.text.includes(text));
    return {
      outcome: 'misleading',
      evidence:
        `${invocation} was moved from ${v1.deployment} (v1) to ${v2.deployment} and finished on ${finishedOn}. Of the first ` +
        `deployment and the reason, its ${records.count} records name ${named.length === 0 ? 'neither' : named.join(', ')}.`,
    };
  },
};

interface Records {
  readonly versions: z.infer<typeof history>['versions'];
  /** Everything that the target can be made to say about the invocation, to search in. */
  readonly text: string;
  readonly count: number;
}

async function readRecords(admin: Admin, invocation: string): Promise<Records> {
  const description = await admin.ask('GET', `/invocations/${invocation}`);
  const parsed = history.safeParse(description.json);
  const rows = [
    ...(await admin.query(`SELECT * FROM sys_invocation WHERE id = '${invocation}'`)),
    ...(await admin.query(`SELECT * FROM sys_journal WHERE id = '${invocation}'`)),
    ...(await admin.query(`SELECT * FROM sys_journal_events WHERE id = '${invocation}'`)),
  ];
  return {
    versions: parsed.success ? parsed.data.versions : [],
    text: `${description.text}\n${JSON.stringify(rows)}`,
    count: rows.length,
  };
}
