import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, withActOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { confirm } from '../../confirm.ts';
import { print } from '../../output.ts';

interface Options extends CommonOptions {
  readonly force?: boolean;
}

const answerSchema = z.looseObject({ id: z.string(), work: z.record(z.string(), z.number()) });

export function addRemoveDeployment(group: Command): void {
  const command = group
    .command('remove <id>')
    .description('Remove a deployment that holds no work')
    .option('--force', 'also one that does; its work cannot finish afterwards')
    .option('--yes', 'do not ask');
  withActOptions(command).action(async (id: string, options: Options) => {
    const force = options.force === true;
    if (force) await confirm(`Remove ${id} with all work that is pinned to it?`, options);
    const path = `/deployments/${encodeURIComponent(id)}${force ? '?force=true' : ''}`;
    const answer = await askAdmin(options, { method: 'DELETE', path }, answerSchema);
    print.line(options.json === true ? JSON.stringify(answer) : `Removed ${answer.id}.`);
  });
}
