import type { Command } from 'commander';
import { withActOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { actOnEach } from './act.ts';

interface Options extends CommonOptions {
  readonly deployment?: string;
}

export function addResumeInvocation(group: Command): void {
  const command = group
    .command('resume <id...>')
    .description('Let paused, suspended or backing-off invocations go on now')
    .option('--deployment <id>', 'keep, latest or a deployment id (default: keep)');
  withActOptions(command).action(async (ids: string[], options: Options) => {
    const query = options.deployment === undefined ? '' : `?deployment=${encodeURIComponent(options.deployment)}`;
    await actOnEach(ids, { route: `resume${query}`, done: 'goes on.', requested: 'will go on.' }, options);
  });
}
