import { Command } from 'commander';
import { releaseVersion } from '@holdfast/runtime';
import { addDeployments } from './commands/deployments/deployments.ts';
import { addInvocations } from './commands/invocations/invocations.ts';
import { addServices } from './commands/services/services.ts';
import { addSql } from './commands/sql.ts';
import { addUp } from './commands/up.ts';

/** The whole command line; its help texts are kept as a golden file. */
export function makeProgram(): Command {
  const program = new Command('holdfast')
    .description('Durable execution for agents that never read their history through the wrong manual.')
    .version(releaseVersion, '-V, --version')
    .showHelpAfterError('Add --help for what there is.')
    .exitOverride();
  addUp(program);
  addDeployments(program);
  addServices(program);
  addInvocations(program);
  addSql(program);
  return program;
}
