import { CommanderError } from 'commander';
import { CommandFailure } from './failure.ts';
import { makeProgram } from './program.ts';
import { reportFailure } from './report-failure.ts';
import { openTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** Runs the command line of this process. */
export async function main(): Promise<void> {
  process.exitCode = await runCommandLine(process.argv.slice(2), openTerminal());
}

/** Runs one command and returns its exit code; never throws. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await makeProgram(terminal).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    const json = args.includes('--json');
    if (!(error instanceof CommanderError)) return reportFailure(terminal, error, { json });
    // Help that was asked for, and the version.
    if (error.exitCode === 0) return 0;
    // Help that was not asked for has been printed instead of a message.
    return error.code === 'commander.help' ? 2 : reportFailure(terminal, usageFailure(error), { json });
  }
}

function usageFailure(error: CommanderError): CommandFailure {
  return new CommandFailure('USAGE', {
    message: error.message.replace(/^error: /, ''),
    hint: 'Add --help to see what there is.',
  });
}
