import { z } from 'zod';
import { formatFields } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';
import { sentence } from '../../visible.ts';

export interface Mismatch {
  readonly command_index?: number | undefined;
  /** Place in the journal, commands and notifications counted. */
  readonly entry_index?: number | undefined;
  readonly expected?: { readonly description: string } | undefined;
  readonly found: string;
  readonly recorded_by: string;
  readonly replayed_by: string;
  readonly next: string;
}

export const mismatchSchema: z.ZodType<Mismatch> = z.object({
  command_index: z.number().optional(),
  entry_index: z.number().optional(),
  expected: z.object({ description: z.string() }).optional(),
  found: z.string(),
  recorded_by: z.string(),
  replayed_by: z.string(),
  next: z.string(),
});

/** Both sides of a mismatch, the deployments that they belong to, and the way on. */
export function formatMismatch(terminal: Terminal, mismatch: Mismatch): string {
  const { command_index: command, entry_index: entry, expected, found, next } = mismatch;
  const fields = formatFields(terminal, [
    ['entry', entry === undefined ? undefined : String(entry)],
    ['command', command === undefined ? undefined : String(command)],
    ['expected', expected?.description ?? 'nothing: the journal ends before'],
    ['recorded by', mismatch.recorded_by],
    ['found', found],
    ['replayed by', mismatch.replayed_by],
  ]);
  return `${terminal.colors.bold('The journal and the code disagree')}\n${fields}\n${sentence`Next: ${next}`}`;
}
