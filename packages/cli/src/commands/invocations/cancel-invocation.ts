import type { Command } from 'commander';
import { withActOptions, withExamples } from '../../common-options.ts';
import type { ActOptions } from '../../common-options.ts';
import type { Terminal } from '../../terminal.ts';
import { actOnEach } from './act.ts';

const act = { route: 'cancel', done: 'is cancelled.', requested: 'was asked to stop.' };

export function addCancelInvocation(group: Command, terminal: Terminal): void {
  const command = group.command('cancel <id...>').description('Ask invocations to stop; their compensations run');
  withExamples(withActOptions(command), ['holdfast invocations cancel inv_1… --reason "customer withdrew"']).action(
    (ids: string[], options: ActOptions) => actOnEach(terminal, ids, act, options),
  );
}
