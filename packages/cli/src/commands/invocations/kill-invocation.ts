import type { Command } from 'commander';
import { withActOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { confirm } from '../../confirm.ts';
import { actOnEach } from './act.ts';

const act = { route: 'kill', done: 'is killed.', requested: 'will be killed.' };

export function addKillInvocation(group: Command): void {
  const command = group
    .command('kill <id...>')
    .description('End invocations and all that they called, without compensation')
    .option('--yes', 'do not ask');
  withActOptions(command).action(async (ids: string[], options: CommonOptions) => {
    await confirm(`Kill ${ids.length} invocation(s) and all that they called, without compensation?`, options);
    await actOnEach(ids, act, options);
  });
}
