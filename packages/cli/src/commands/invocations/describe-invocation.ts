import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, withCommonOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { colors, print } from '../../output.ts';
import { formatFields, formatTable } from '../../table.ts';

const answerSchema = z.looseObject({
  id: z.string(),
  target: z.string(),
  status: z.string(),
  status_details: z.record(z.string(), z.unknown()),
  pin: z.object({ deployment: z.string(), protocol_version: z.number() }),
  versions: z.array(
    z.object({ deployment: z.string(), at: z.string(), from_entry: z.number(), by: z.string(), reason: z.string() }),
  ),
  journal: z.object({ entries: z.number(), commands: z.number() }),
  attempts: z.number(),
  idempotency_key: z.string().optional(),
  created_at: z.string(),
  modified_at: z.string(),
  last_failure: z.looseObject({ at: z.string(), code: z.string(), message: z.string() }).optional(),
  mismatch: z
    .object({
      command_index: z.number().optional(),
      entry_index: z.number().optional(),
      expected: z.object({ kind: z.string(), name: z.string(), description: z.string() }).optional(),
      found: z.string(),
      recorded_by: z.string(),
      replayed_by: z.string(),
      next: z.string(),
    })
    .optional(),
});

type Answer = z.output<typeof answerSchema>;

export function addDescribeInvocation(group: Command): void {
  const command = group
    .command('describe <id>')
    .description('Status, pin, version history, and why an invocation does not go on');
  withCommonOptions(command).action(async (id: string, options: CommonOptions) => {
    const answer = await askAdmin(options, { path: `/invocations/${encodeURIComponent(id)}` }, answerSchema);
    print.line(options.json === true ? JSON.stringify(answer) : describe(answer));
  });
}

function describe(one: Answer): string {
  const details = Object.entries(one.status_details).map(
    ([name, value]) => [name.replaceAll('_', ' '), textOf(value)] as const,
  );
  const sections = [
    formatFields([
      ['id', one.id],
      ['target', one.target],
      ['status', one.status],
      ...details,
      ['pinned to', `${one.pin.deployment} (protocol ${one.pin.protocol_version})`],
      ['journal', `${one.journal.entries} entries, ${one.journal.commands} of them commands`],
      ['attempts', String(one.attempts)],
      ['idempotency key', one.idempotency_key],
      ['created', one.created_at],
      ['modified', one.modified_at],
    ]),
    formatTable(
      ['DEPLOYMENT', 'FROM ENTRY', 'SINCE', 'BY', 'REASON'],
      one.versions.map((version) => [
        version.deployment,
        String(version.from_entry),
        version.at,
        version.by,
        version.reason,
      ]),
    ),
  ];
  if (one.mismatch !== undefined) sections.push(describeMismatch(one.mismatch));
  else if (one.last_failure !== undefined) {
    const { code, at, message } = one.last_failure;
    sections.push(
      `${colors.bold('Last failure')}\n${formatFields([
        ['code', code],
        ['at', at],
        ['message', message],
      ])}`,
    );
  }
  return sections.join('\n\n');
}

function describeMismatch(mismatch: NonNullable<Answer['mismatch']>): string {
  const fields = formatFields([
    ['entry', mismatch.entry_index === undefined ? undefined : String(mismatch.entry_index)],
    ['expected', mismatch.expected?.description],
    ['recorded by', mismatch.recorded_by],
    ['found', mismatch.found],
    ['replayed by', mismatch.replayed_by],
  ]);
  return `${colors.bold('The journal and the code disagree')}\n${fields}\nNext: ${mismatch.next}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
