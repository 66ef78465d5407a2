import { createInterface } from 'node:readline/promises';
import { createColors } from 'picocolors';

/** What the commands know of the place they run in: where text goes, who is there to answer, the environment. */
export interface Terminal {
  /** Results, on standard output. */
  readonly print: (text: string) => void;
  /** Everything else, on standard error. */
  readonly note: (text: string) => void;
  readonly colors: Colors;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Undefined when no person is there to be asked. Resolves with undefined when the question is left without an answer. */
  readonly ask: ((question: string) => Promise<string | undefined>) | undefined;
}

/** No colour without a terminal, or with NO_COLOR. */
export type Colors = Pick<ReturnType<typeof createColors>, 'bold' | 'dim' | 'red'>;

/** The terminal, or the pipes, of this process. */
export function openTerminal(): Terminal {
  endQuietlyWithReader();
  const isPersonThere = process.stdin.isTTY && process.stderr.isTTY;
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    colors: createColors(process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === ''),
    environment: process.env,
    ask: isPersonThere ? askPerson : undefined,
  };
}

async function askPerson(question: string): Promise<string | undefined> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D close the prompt and leave the question pending for ever.
  const closed = new Promise<undefined>((resolve) => prompt.once('close', () => resolve(undefined)));
  try {
    return await Promise.race([prompt.question(question), closed]);
  } finally {
    prompt.close();
  }
}

/** `holdfast … | head` closes the pipe early, which is no failure. */
function endQuietlyWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}
