import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, printAnswer } from '../../admin-client.ts';
import { withActOptions, withExamples } from '../../common-options.ts';
import type { ActOptions } from '../../common-options.ts';
import { confirm } from '../../confirm.ts';
import { onEach } from '../../on-each.ts';
import type { Terminal } from '../../terminal.ts';
import { sentence } from '../../visible.ts';
import { describeWork } from './describe-work.ts';

interface Options extends ActOptions {
  readonly force?: boolean;
  readonly yes?: boolean;
}

const answer = z.object({ id: z.string(), work: z.record(z.string(), z.number()) });

export function addRemoveDeployment(group: Command, terminal: Terminal): void {
  const command = group
    .command('remove <id...>')
    .description('Remove deployments that hold no work')
    .option('--force', 'also those that do; their work cannot finish afterwards; needs --reason')
    .option('--yes', 'do not ask');
  withExamples(withActOptions(command), [
    'holdfast deployments remove dp_1…',
    'holdfast deployments remove dp_1… --force --reason "its machine is gone"',
  ]).action(async (ids: string[], options: Options) => {
    const force = options.force === true;
    if (force) {
      await confirm(terminal, sentence`Remove ${ids.join(', ')} with all work that is pinned there?`, options);
    }
    await onEach(terminal, ids, options, async (id) => {
      const path = `/deployments/${encodeURIComponent(id)}${force ? '?force=true' : ''}`;
      const removed = await askAdmin(terminal, options, { method: 'DELETE', path, answer });
      printAnswer(terminal, options, removed, describe);
    });
  });
}

function describe(removed: z.output<typeof answer>): string {
  const work = describeWork(removed.work);
  if (work === undefined) return sentence`Removed ${removed.id}.`;
  return sentence`Removed ${removed.id}. Work that was pinned to it cannot finish: ${work}.
Next: holdfast invocations list --deployment ${removed.id}`;
}
