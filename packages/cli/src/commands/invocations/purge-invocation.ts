import type { Command } from 'commander';
import { withActOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { confirm } from '../../confirm.ts';
import { actOnEach } from './act.ts';

interface Options extends CommonOptions {
  readonly journalOnly?: boolean;
}

export function addPurgeInvocation(group: Command): void {
  const command = group
    .command('purge <id...>')
    .description('Forget completed invocations')
    .option('--journal-only', 'drop their journals and keep their results')
    .option('--yes', 'do not ask');
  withActOptions(command).action(async (ids: string[], options: Options) => {
    await confirm(`Forget ${ids.length} completed invocation(s)?`, options);
    const route = options.journalOnly === true ? 'purge-journal' : 'purge';
    await actOnEach(ids, { route, done: 'is purged.', requested: 'will be purged.' }, options);
  });
}
