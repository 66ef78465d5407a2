import { createInterface } from 'node:readline/promises';
import { CommandFailure } from './failure.ts';

/** Asks before something that cannot be undone. Only a person at a terminal is asked; scripts have said what they want. */
export async function confirm(question: string, options: { readonly yes?: boolean }): Promise<void> {
  if (options.yes === true || !process.stdin.isTTY || !process.stderr.isTTY) return;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    prompt.close();
  }
  throw new CommandFailure('USAGE', { message: 'Nothing was done.', hint: 'Answer y, or repeat with --yes.' });
}
