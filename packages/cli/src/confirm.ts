import { ReportedFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** Asks before something that cannot be undone. Only a person at a terminal is asked; scripts have said what they want. */
export async function confirm(
  terminal: Terminal,
  question: string,
  options: { readonly yes?: boolean },
): Promise<void> {
  if (options.yes === true || terminal.ask === undefined) return;
  const answer = await terminal.ask(`${question} [y/N] `);
  if (answer !== undefined && /^y(es)?$/i.test(answer.trim())) return;
  terminal.note('Nothing was done.');
  throw new ReportedFailure(1);
}
