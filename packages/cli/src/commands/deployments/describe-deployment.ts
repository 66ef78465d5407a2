import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, printAnswer } from '../../admin-client.ts';
import { withCommonOptions, withExamples } from '../../common-options.ts';
import type { CommonOptions } from '../../common-options.ts';
import { formatFields, formatTable } from '../../table.ts';
import type { Field } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';
import { formatServedServices, servedServicesSchema } from './served-services.ts';
import { describeState, describeUnreachable, unreachableSchema } from './describe-unreachable.ts';
import { describeWork } from './describe-work.ts';

const answer = z
  .object({
    id: z.string(),
    uri: z.string(),
    state: z.string(),
    superseded_by: z.string().optional(),
    unreachable: unreachableSchema.optional(),
    grade: z.string(),
    fingerprint: z.string(),
    sdk_version: z.string(),
    protocol_type: z.string(),
    http_version: z.string(),
    min_protocol_version: z.number(),
    max_protocol_version: z.number(),
    additional_headers: z.array(z.string()),
    metadata: z.record(z.string(), z.string()),
    created_at: z.string(),
    work: z.record(z.string(), z.number()),
    blockers: z.array(z.object({ invocation: z.string(), target: z.string(), status: z.string(), since: z.string() })),
  })
  .and(servedServicesSchema);
type Deployment = z.output<typeof answer>;

export function addDescribeDeployment(group: Command, terminal: Terminal): void {
  const command = group.command('describe <id>').description('What a deployment serves, and the work that it holds');
  withExamples(withCommonOptions(command), ['holdfast deployments describe dp_1…']).action(
    async (id: string, options: CommonOptions) => {
      const path = `/deployments/${encodeURIComponent(id)}`;
      const found = await askAdmin(terminal, options, { path, answer });
      printAnswer(terminal, options, found, (deployment) => describe(terminal, deployment));
    },
  );
}

function describe(terminal: Terminal, one: Deployment): string {
  const sections = [formatFields(terminal, fieldsOf(one)), formatServedServices(terminal, one)];
  if (one.blockers.length > 0) {
    const rows = one.blockers.map(({ invocation, status, target, since }) => [invocation, status, target, since]);
    sections.push(formatTable(terminal, ['HELD BY', 'STATUS', 'TARGET', 'SINCE'], rows));
  }
  return sections.join('\n\n');
}

function fieldsOf(one: Deployment): readonly Field[] {
  const metadata = Object.entries(one.metadata).map(([name, value]) => `${name}=${value}`);
  const work = describeWork(one.work);
  const state = describeState(one, work !== undefined);
  return [
    ['id', one.id],
    ['address', one.uri],
    ['state', one.superseded_by === undefined ? state : `${state} by ${one.superseded_by}`],
    ...describeUnreachable(one.unreachable),
    ['grade', one.grade],
    ['fingerprint', one.fingerprint],
    ['sdk', nonEmpty(one.sdk_version)],
    [
      'protocol',
      `${one.min_protocol_version} to ${one.max_protocol_version}, ${one.protocol_type}, ${one.http_version}`,
    ],
    ['sends headers', nonEmpty(one.additional_headers.join(', '))],
    ['metadata', nonEmpty(metadata.join('\n'))],
    ['created', one.created_at],
    ['holds', work ?? 'no work'],
  ];
}

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text;
}
