import { Command } from 'commander';
import { releaseVersion } from '@holdfast/runtime';
import { addDeployments } from './commands/deployments/deployments.ts';
import { addInvocations } from './commands/invocations/invocations.ts';
import { addServices } from './commands/services/services.ts';
import { addSql } from './commands/sql.ts';
import { addUp } from './commands/up.ts';
import { withExamples } from './common-options.ts';
import type { Terminal } from './terminal.ts';

const exitCodes = `
Exit codes: 0 done, 1 failed, 2 the command was wrong, 3 the runtime cannot be reached, 4 refused because of what exists`;

/** The whole command line; its help texts are kept as a golden file. */
export function makeProgram(terminal: Terminal): Command {
  const program = new Command('holdfast')
    .description('Durable execution for agents that never read their history through the wrong manual.')
    .version(releaseVersion, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      // Reported like every other failure (see main.ts).
      outputError: () => {},
    });
  withExamples(program, [
    'holdfast up',
    'holdfast deployments register http://localhost:9080',
    'holdfast invocations list --status paused',
  ]).addHelpText('after', exitCodes);
  addUp(program, terminal);
  addDeployments(program, terminal);
  addServices(program, terminal);
  addInvocations(program, terminal);
  addSql(program, terminal);
  return program;
}
