import { createColors } from 'picocolors';

/** Where all text of the commands goes. Results go to standard output, everything else to standard error. */
export const print: { readonly line: (text: string) => void; readonly error: (text: string) => void } = {
  line: (text) => void process.stdout.write(`${text}\n`),
  error: (text) => void process.stderr.write(`${text}\n`),
};

/** No colour without a terminal, or with NO_COLOR. */
export const colors: ReturnType<typeof createColors> = createColors(
  process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
);
