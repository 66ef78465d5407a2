import type { Command } from 'commander';
import { withActOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';

import { actOnEach } from './act.ts';

const act = { route: 'cancel', done: 'is cancelled.', requested: 'was asked to stop.' };

export function addCancelInvocation(group: Command): void {
  const command = group.command('cancel <id...>').description('Ask invocations to stop; their compensations run');
  withActOptions(command).action(async (ids: string[], options: CommonOptions) => {
    await actOnEach(ids, act, options);
  });
}
