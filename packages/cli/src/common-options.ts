import type { Command } from 'commander';

/** Options that every command which asks a runtime has. */
export interface CommonOptions {
  readonly adminUrl?: string;
  readonly json?: boolean;
}

/** Options of commands that change something. */
export interface ActOptions extends CommonOptions {
  readonly reason?: string;
}

export const defaultAdminUrl = 'http://127.0.0.1:9070';

export function withCommonOptions(command: Command): Command {
  return command
    .option('--admin-url <url>', `admin API of the runtime (default: HOLDFAST_ADMIN_URL, ${defaultAdminUrl})`)
    .option('--json', 'print the answer as JSON');
}

export function withActOptions(command: Command): Command {
  return withCommonOptions(command.option('--reason <text>', 'why; kept in the audit log'));
}

/** Ends the help of a command with lines that can be copied. */
export function withExamples(command: Command, examples: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`);
}
