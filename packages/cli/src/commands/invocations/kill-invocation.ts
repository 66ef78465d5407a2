import type { Command } from 'commander';
import { withActOptions, withExamples } from '../../common-options.ts';
import type { ActOptions } from '../../common-options.ts';
import { confirm } from '../../confirm.ts';
import type { Terminal } from '../../terminal.ts';
import { sentence } from '../../visible.ts';
import { actOnEach } from './act.ts';

interface Options extends ActOptions {
  readonly yes?: boolean;
}

const act = { route: 'kill', done: 'is killed.', requested: 'will be killed.' };

export function addKillInvocation(group: Command, terminal: Terminal): void {
  const command = group
    .command('kill <id...>')
    .description('End invocations and all that they called, without compensation')
    .option('--yes', 'do not ask');
  withExamples(withActOptions(command), ['holdfast invocations kill inv_1… --reason "its handler loops"']).action(
    async (ids: string[], options: Options) => {
      await confirm(terminal, sentence`Kill ${ids.join(', ')} and all they called, without compensation?`, options);
      await actOnEach(terminal, ids, act, options);
    },
  );
}
