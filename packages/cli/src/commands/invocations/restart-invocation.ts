import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, withActOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { print } from '../../output.ts';

interface Options extends CommonOptions {
  readonly from?: string;
  readonly deployment?: string;
}

const answerSchema = z.object({ new_invocation_id: z.string() });

export function addRestartInvocation(group: Command): void {
  const command = group
    .command('restart <id>')
    .description('Start a new invocation with the input of a completed one')
    .option('--from <entry>', 'copy the journal up to this entry (default: 0, the input only)')
    .option('--deployment <id>', 'keep, latest or a deployment id (default: keep)');
  withActOptions(command).action(async (id: string, options: Options) => {
    const query = new URLSearchParams();
    if (options.from !== undefined) query.set('from', options.from);
    if (options.deployment !== undefined) query.set('deployment', options.deployment);
    const path = `/invocations/${encodeURIComponent(id)}/restart-as-new?${query.toString()}`;
    const answer = await askAdmin(options, { method: 'PATCH', path }, answerSchema);
    if (options.json === true) return print.line(JSON.stringify(answer));
    print.line(`Started ${answer.new_invocation_id}.`);
    print.line(`Next: holdfast invocations describe ${answer.new_invocation_id}`);
  });
}
