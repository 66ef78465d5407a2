import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, withCommonOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { print } from '../../output.ts';
import { formatFields, formatTable } from '../../table.ts';

const answerSchema = z.looseObject({
  id: z.string(),
  uri: z.string(),
  state: z.string(),
  grade: z.string(),
  fingerprint: z.string(),
  sdk_version: z.string(),
  protocol_type: z.string(),
  http_version: z.string(),
  min_protocol_version: z.number(),
  max_protocol_version: z.number(),
  created_at: z.string(),
  current_for: z.array(z.string()),
  services: z.array(
    z.looseObject({ name: z.string(), ty: z.string(), handlers: z.array(z.object({ name: z.string() })) }),
  ),
  work: z.record(z.string(), z.number()),
  blockers: z.array(z.object({ invocation: z.string(), target: z.string(), status: z.string(), since: z.string() })),
});

export function addDescribeDeployment(group: Command): void {
  const command = group.command('describe <id>').description('What a deployment serves, and the work that it holds');
  withCommonOptions(command).action(async (id: string, options: CommonOptions) => {
    const answer = await askAdmin(options, { path: `/deployments/${encodeURIComponent(id)}` }, answerSchema);
    print.line(options.json === true ? JSON.stringify(answer) : describe(answer));
  });
}

function describe(one: z.output<typeof answerSchema>): string {
  const held = Object.entries(one.work).filter(([, count]) => count > 0);
  const sections = [
    formatFields([
      ['id', one.id],
      ['address', one.uri],
      ['state', one.state],
      ['grade', one.grade],
      ['fingerprint', one.fingerprint],
      ['sdk', one.sdk_version === '' ? undefined : one.sdk_version],
      [
        'protocol',
        `${one.min_protocol_version} to ${one.max_protocol_version}, ${one.protocol_type}, ${one.http_version}`,
      ],
      ['created', one.created_at],
      ['holds', held.length === 0 ? 'no work' : held.map(([kind, count]) => `${count} ${kind}`).join(', ')],
    ]),
    formatTable(
      ['SERVICE', 'KIND', 'NEW WORK', 'HANDLERS'],
      one.services.map((service) => [
        service.name,
        service.ty,
        one.current_for.includes(service.name) ? 'goes here' : 'goes elsewhere',
        service.handlers.map((handler) => handler.name).join(', '),
      ]),
    ),
  ];
  if (one.blockers.length > 0) {
    sections.push(
      formatTable(
        ['HOLDS', 'STATUS', 'TARGET', 'SINCE'],
        one.blockers.map((blocker) => [blocker.invocation, blocker.status, blocker.target, blocker.since]),
      ),
    );
  }
  return sections.join('\n\n');
}
