import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, printAnswer } from '../../admin-client.ts';
import { withActOptions, withExamples } from '../../common-options.ts';
import type { ActOptions } from '../../common-options.ts';
import { onEach } from '../../on-each.ts';
import type { Terminal } from '../../terminal.ts';
import { sentence } from '../../visible.ts';

interface Options extends ActOptions {
  readonly from?: number;
  readonly deployment?: string;
}

const answer = z.object({ new_invocation_id: z.string() });

export function addRestartInvocation(group: Command, terminal: Terminal): void {
  const command = group
    .command('restart <id...>')
    .description('Start new invocations with the input of completed ones')
    .option('--from <entry>', 'copy the journal up to and with this entry (default: 0, the input only)', parseEntry)
    .option('--deployment <id>', 'keep, latest or a deployment id (default: keep)');
  withExamples(withActOptions(command), [
    'holdfast invocations restart inv_1…',
    'holdfast invocations restart inv_1… --from 4 --deployment latest --reason "fixed in v2"',
  ]).action((ids: string[], options: Options) => {
    const query = new URLSearchParams();
    if (options.from !== undefined) query.set('from', String(options.from));
    if (options.deployment !== undefined) query.set('deployment', options.deployment);
    return onEach(terminal, ids, options, async (id) => {
      const path = `/invocations/${encodeURIComponent(id)}/restart-as-new?${query.toString()}`;
      const started = await askAdmin(terminal, options, { method: 'PATCH', path, answer });
      printAnswer(
        terminal,
        options,
        started,
        ({ new_invocation_id: newId }) => sentence`Started ${newId}.\nNext: holdfast invocations describe ${newId}`,
      );
    });
  });
}

function parseEntry(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Entries are numbered from 0.');
}
