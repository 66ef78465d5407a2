import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { makeProgram } from './program.ts';
import { RecordingTerminal } from './recording-terminal.ts';

/** The help of a command and of all commands below it, as a terminal of 100 columns shows it. */
function helpTexts(command: Command, path: readonly string[]): string[] {
  const name = [...path, command.name()];
  let text = '';
  command.configureHelp({ helpWidth: 100 });
  command.configureOutput({ writeOut: (part) => void (text += part) });
  command.outputHelp();
  return [`$ ${name.join(' ')} --help\n${text}`, ...command.commands.flatMap((child) => helpTexts(child, name))];
}

test('every command says what it does, with its options and examples', async () => {
  const texts = helpTexts(makeProgram(new RecordingTerminal()), []);

  await expect(texts.join('\n')).toMatchFileSnapshot('help.golden.txt');
  const withoutExamples = texts.filter((text) => !text.includes('Commands:') && !text.includes('Examples:'));
  expect(withoutExamples).toEqual([]);
});
