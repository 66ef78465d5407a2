import type { Command } from 'commander';
import { withActOptions, withExamples } from '../../common-options.ts';
import type { ActOptions } from '../../common-options.ts';
import type { Terminal } from '../../terminal.ts';
import { actOnEach } from './act.ts';

const act = { route: 'pause', done: 'is paused.', requested: 'will pause at its next suspension or failure.' };

export function addPauseInvocation(group: Command, terminal: Terminal): void {
  const command = group.command('pause <id...>').description('Keep invocations from going on until they are resumed');
  withExamples(withActOptions(command), ['holdfast invocations pause inv_1…']).action(
    (ids: string[], options: ActOptions) => actOnEach(terminal, ids, act, options),
  );
}
