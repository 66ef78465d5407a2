import type { Command } from 'commander';
import { withActOptions, withExamples } from '../../common-options.ts';
import type { ActOptions } from '../../common-options.ts';
import { confirm } from '../../confirm.ts';
import type { Terminal } from '../../terminal.ts';
import { sentence } from '../../visible.ts';
import { actOnEach } from './act.ts';

interface Options extends ActOptions {
  readonly journal?: boolean;
  readonly yes?: boolean;
}

const whole = { route: 'purge', done: 'is purged.', requested: 'will be purged.' };
const journal = { route: 'purge-journal', done: 'has no journal any more.', requested: 'will lose its journal.' };

export function addPurgeInvocation(group: Command, terminal: Terminal): void {
  const command = group
    .command('purge <id...>')
    .description('Forget completed invocations')
    .option('--journal', 'drop only their journals; the results stay')
    .option('--yes', 'do not ask');
  withExamples(withActOptions(command), [
    'holdfast invocations purge inv_1…',
    'holdfast invocations purge inv_1… --journal',
  ]).action(async (ids: string[], options: Options) => {
    const onlyJournal = options.journal === true;
    const question = onlyJournal
      ? sentence`Drop the journal of ${ids.join(', ')}?`
      : sentence`Forget ${ids.join(', ')} with result and journal?`;
    await confirm(terminal, question, options);
    await actOnEach(terminal, ids, onlyJournal ? journal : whole, options);
  });
}
