import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, printAnswer } from '../../admin-client.ts';
import { withCommonOptions, withExamples } from '../../common-options.ts';
import type { CommonOptions } from '../../common-options.ts';
import { formatFields, formatTable } from '../../table.ts';
import type { Field } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';
import { sentence } from '../../visible.ts';
import { formatMismatch, mismatchSchema } from './format-mismatch.ts';
import { describeStatus, statusDetailsSchema } from './describe-status.ts';

const answer = z.object({
  id: z.string(),
  target: z.string(),
  status: z.string(),
  status_details: statusDetailsSchema,
  pin: z.object({ deployment: z.string(), protocol_version: z.number() }),
  versions: z.array(
    z.object({ deployment: z.string(), at: z.string(), from_entry: z.number(), by: z.string(), reason: z.string() }),
  ),
  journal: z.object({ entries: z.number(), commands: z.number() }),
  attempts: z.number(),
  retries: z.object({ since_last_command: z.number() }),
  invoked_by: z.object({ kind: z.string(), id: z.string().optional(), of: z.string().optional() }),
  idempotency_key: z.string().optional(),
  created_at: z.string(),
  modified_at: z.string(),
  last_failure: z
    .object({
      at: z.string(),
      code: z.string(),
      message: z.string(),
      stacktrace: z.string().optional(),
      deployment: z.string(),
      related_command_index: z.number().optional(),
      related_command_name: z.string().optional(),
    })
    .optional(),
  mismatch: mismatchSchema.optional(),
});
type Invocation = z.output<typeof answer>;

export function addDescribeInvocation(group: Command, terminal: Terminal): void {
  const command = group
    .command('describe <id>')
    .description('Status, pin, version history, and why an invocation does not go on');
  withExamples(withCommonOptions(command), ['holdfast invocations describe inv_1…']).action(
    async (id: string, options: CommonOptions) => {
      const path = `/invocations/${encodeURIComponent(id)}`;
      const found = await askAdmin(terminal, options, { path, answer });
      printAnswer(terminal, options, found, (invocation) => describe(terminal, invocation));
    },
  );
}

function describe(terminal: Terminal, one: Invocation): string {
  const versions = one.versions.map(({ deployment, from_entry: from, at, by, reason }) => [
    deployment,
    String(from),
    at,
    by,
    reason,
  ]);
  const sections = [
    formatFields(terminal, fieldsOf(one)),
    formatTable(terminal, ['RAN ON', 'FROM ENTRY', 'SINCE', 'BY', 'REASON'], versions),
  ];
  if (one.mismatch !== undefined) sections.push(formatMismatch(terminal, one.mismatch));
  else if (one.last_failure !== undefined) sections.push(formatFailure(terminal, one.last_failure));
  if (one.mismatch === undefined && one.status === 'paused') {
    sections.push(sentence`Next: holdfast invocations resume ${one.id}`);
  }
  return sections.join('\n\n');
}

function fieldsOf(one: Invocation): readonly Field[] {
  return [
    ['id', one.id],
    ['target', one.target],
    ['status', one.status],
    ...describeStatus(one.status_details),
    ['pinned to', `${one.pin.deployment} (protocol ${one.pin.protocol_version})`],
    ['journal', `${one.journal.entries} entries, ${one.journal.commands} of them commands`],
    ['attempts', describeAttempts(one)],
    ['invoked by', [one.invoked_by.kind, one.invoked_by.id ?? one.invoked_by.of].join(' ').trim()],
    ['idempotency key', one.idempotency_key],
    ['created', one.created_at],
    ['modified', one.modified_at],
  ];
}

function describeAttempts({ attempts, retries }: Invocation): string {
  const failed = retries.since_last_command;
  return failed === 0 ? String(attempts) : `${attempts}, the last ${failed} without progress`;
}

function formatFailure(terminal: Terminal, failure: NonNullable<Invocation['last_failure']>): string {
  const { related_command_index: index, related_command_name: name } = failure;
  const place = index === undefined ? undefined : `${index}${name === undefined ? '' : ` "${name}"`}`;
  const fields = formatFields(terminal, [
    ['code', failure.code],
    ['at', failure.at],
    ['on', failure.deployment],
    ['command', place],
    ['message', failure.message],
    ['stack', failure.stacktrace],
  ]);
  return `${terminal.colors.bold('Last failure')}\n${fields}`;
}
