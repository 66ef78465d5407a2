import type { Command } from 'commander';
import { withActOptions, withExamples } from '../../common-options.ts';
import type { ActOptions } from '../../common-options.ts';
import type { Terminal } from '../../terminal.ts';
import { actOnEach } from './act.ts';

interface Options extends ActOptions {
  readonly deployment?: string;
}

export function addResumeInvocation(group: Command, terminal: Terminal): void {
  const command = group
    .command('resume <id...>')
    .description('Let paused, suspended or backing-off invocations go on now')
    .option('--deployment <id>', 'keep, latest or a deployment id (default: keep)');
  withExamples(withActOptions(command), [
    'holdfast invocations resume inv_1…',
    'holdfast invocations resume inv_1… --deployment dp_1… --reason "back to the recorded version"',
  ]).action((ids: string[], options: Options) => {
    const query = options.deployment === undefined ? '' : `?deployment=${encodeURIComponent(options.deployment)}`;
    return actOnEach(terminal, ids, { route: `resume${query}`, done: 'goes on.', requested: 'will go on.' }, options);
  });
}
