import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, withCommonOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { print } from '../../output.ts';
import { formatTable } from '../../table.ts';

interface Options extends CommonOptions {
  readonly status?: string;
  readonly service?: string;
  readonly handler?: string;
  readonly key?: string;
  readonly deployment?: string;
  readonly limit?: string;
}

const answerSchema = z.object({
  invocations: z.array(
    z.looseObject({
      id: z.string(),
      target: z.string(),
      status: z.string(),
      deployment: z.string().nullish(),
      created_at: z.union([z.string(), z.number()]),
    }),
  ),
});

const filters = ['status', 'service', 'handler', 'key', 'deployment', 'limit'] as const;

export function addListInvocations(group: Command): void {
  const command = group
    .command('list')
    .description('Invocations, newest first')
    .option('--status <status>', 'scheduled, pending, running, backing-off, suspended, paused or completed')
    .option('--service <name>', 'only of this service')
    .option('--handler <name>', 'only of this handler')
    .option('--key <key>', 'only of this key')
    .option('--deployment <id>', 'only pinned to this deployment')
    .option('--limit <count>', 'at most so many (default: 100)');
  withCommonOptions(command).action(async (options: Options) => {
    const query = new URLSearchParams();
    for (const name of filters) if (options[name] !== undefined) query.set(name, options[name]);
    const answer = await askAdmin(options, { path: `/invocations?${query.toString()}` }, answerSchema);
    if (options.json === true) return print.line(JSON.stringify(answer));
    if (answer.invocations.length === 0) return print.line('There are no such invocations.');
    print.line(
      formatTable(
        ['ID', 'STATUS', 'TARGET', 'DEPLOYMENT', 'CREATED'],
        answer.invocations.map((one) => [one.id, one.status, one.target, one.deployment ?? '', String(one.created_at)]),
      ),
    );
  });
}
