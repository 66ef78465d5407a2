import type { Command } from 'commander';
import { withActOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';

import { actOnEach } from './act.ts';

const act = { route: 'pause', done: 'is paused.', requested: 'will pause at its next suspension or failure.' };

export function addPauseInvocation(group: Command): void {
  const command = group.command('pause <id...>').description('Keep invocations from going on until they are resumed');
  withActOptions(command).action(async (ids: string[], options: CommonOptions) => {
    await actOnEach(ids, act, options);
  });
}
