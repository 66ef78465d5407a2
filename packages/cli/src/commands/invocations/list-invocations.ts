import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, printAnswer } from '../../admin-client.ts';
import { withCommonOptions, withExamples } from '../../common-options.ts';
import type { CommonOptions } from '../../common-options.ts';
import { formatTable } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';

interface Options extends CommonOptions {
  readonly status?: string;
  readonly service?: string;
  readonly handler?: string;
  readonly key?: string;
  readonly deployment?: string;
  readonly limit: string;
}

const answer = z.object({
  invocations: z.array(
    z.object({
      id: z.string(),
      target: z.string(),
      status: z.string(),
      deployment: z.string(),
      created_at: z.string(),
    }),
  ),
});

const filters = ['status', 'service', 'handler', 'key', 'deployment', 'limit'] as const;

export function addListInvocations(group: Command, terminal: Terminal): void {
  const command = group
    .command('list')
    .description('Invocations, newest first; filters are combined')
    .option('--status <status>', 'scheduled, pending, running, backing-off, suspended, paused or completed')
    .option('--service <name>', 'only of this service')
    .option('--handler <name>', 'only of this handler')
    .option('--key <key>', 'only of this key')
    .option('--deployment <id>', 'only pinned to this deployment')
    .option('--limit <count>', 'at most so many, up to 1000', '100');
  withExamples(withCommonOptions(command), [
    'holdfast invocations list --status paused',
    'holdfast invocations list --service FraudAgent --deployment dp_1… --json',
  ]).action(async (options: Options) => {
    const query = new URLSearchParams();
    for (const name of filters) if (options[name] !== undefined) query.set(name, options[name]);
    const found = await askAdmin(terminal, options, { path: `/invocations?${query.toString()}`, answer });
    printAnswer(terminal, options, found, ({ invocations }) => {
      if (invocations.length === 0) return 'There are no such invocations.';
      const rows = invocations.map((one) => [one.id, one.status, one.target, one.deployment, one.created_at]);
      return formatTable(terminal, ['ID', 'STATUS', 'TARGET', 'DEPLOYMENT', 'CREATED'], rows);
    });
    const isFull = String(found.value.invocations.length) === options.limit;
    if (isFull && options.json !== true) terminal.note('There may be more; narrow the list down or raise --limit.');
  });
}
