import { Command } from 'commander';
import { releaseVersion } from '@holdfast/runtime';
import { addUp } from './commands/up.ts';

/** The whole command line; its help texts are kept as a golden file. */
export function makeProgram(): Command {
  const program = new Command('holdfast')
    .description('Durable execution for agents that never read their history through the wrong manual.')
    .version(releaseVersion, '-V, --version')
    .showHelpAfterError('Add --help for what there is.')
    .exitOverride();
  addUp(program);
  return program;
}
