import { CommanderError } from 'commander';
import { reportFailure } from './failure.ts';
import { makeProgram } from './program.ts';

/** Runs one command and sets the exit code; never throws. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const program = makeProgram();
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? exitCodeOfUsage(error) : reportFailure(error, wantsJson(args));
  }
}

/** Commander has printed what is wrong. Help and version are no failures. */
function exitCodeOfUsage(error: CommanderError): number {
  return error.exitCode === 0 ? 0 : 2;
}

function wantsJson(args: readonly string[]): boolean {
  return args.includes('--json');
}
