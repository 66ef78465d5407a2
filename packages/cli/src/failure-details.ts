import { z } from 'zod';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { visible } from './visible.ts';

const target = z.union([
  z.string(),
  z
    .object({ service: z.string(), key: z.string(), handler: z.string() })
    .transform(({ service, key, handler }) => [service, key, handler].filter((part) => part !== '').join('/')),
]);
const blockersSchema = z.array(z.object({ invocation: z.string(), target, status: z.string() })).min(1);
const linesSchema = z.array(z.string()).min(1);

/** The details that say more than the message does, for people; undefined when there are none. */
export function formatFailureDetails(
  terminal: Terminal,
  details: Readonly<Record<string, unknown>>,
): string | undefined {
  const blockers = blockersSchema.safeParse(details['blockers']);
  if (blockers.success) {
    return formatTable(
      terminal,
      ['HELD BY', 'STATUS', 'TARGET'],
      blockers.data.map((one) => [one.invocation, one.status, one.target]),
    );
  }
  const differences = linesSchema.safeParse(details['differences']);
  if (differences.success) {
    return ['It differs in:', ...differences.data.map((difference) => `  ${visible(difference)}`)].join('\n');
  }
  return undefined;
}
