import { createColors } from 'picocolors';
import type { Terminal } from './terminal.ts';

/** A terminal that keeps what is written to it. Nobody is there to be asked, unless answers are prepared. */
export class RecordingTerminal implements Terminal {
  readonly colors: Terminal['colors'] = createColors(false);
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly ask: Terminal['ask'];
  readonly questions: string[] = [];
  /** Standard output and standard error. */
  output = '';
  notes = '';

  constructor(
    options: {
      readonly environment?: Readonly<Record<string, string | undefined>>;
      /** Answers to questions, in order; undefined stands for Ctrl-D. */
      readonly answers?: readonly (string | undefined)[];
    } = {},
  ) {
    this.environment = options.environment ?? {};
    const answers = options.answers === undefined ? undefined : [...options.answers];
    this.ask =
      answers === undefined
        ? undefined
        : async (question) => {
            this.questions.push(question);
            return answers.shift();
          };
  }

  print: Terminal['print'] = (text) => {
    this.output += `${text}\n`;
  };

  note: Terminal['note'] = (text) => {
    this.notes += `${text}\n`;
  };
}
