import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, withCommonOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { print } from '../../output.ts';
import { formatTable } from '../../table.ts';

const answerSchema = z.object({
  deployments: z.array(
    z.looseObject({
      id: z.string(),
      uri: z.string(),
      state: z.string(),
      grade: z.string(),
      created_at: z.string(),
      services: z.array(z.object({ name: z.string() })),
    }),
  ),
});

export function addListDeployments(group: Command): void {
  const command = group.command('list').description('All deployments, newest first');
  withCommonOptions(command).action(async (options: CommonOptions) => {
    const answer = await askAdmin(options, { path: '/deployments' }, answerSchema);
    if (options.json === true) return print.line(JSON.stringify(answer));
    if (answer.deployments.length === 0) {
      return print.line('There are no deployments.\nNext: holdfast deployments register http://localhost:9080');
    }
    print.line(
      formatTable(
        ['ID', 'STATE', 'GRADE', 'ADDRESS', 'SERVICES', 'CREATED'],
        answer.deployments.map((one) => [
          one.id,
          one.state,
          one.grade,
          one.uri,
          one.services.map((service) => service.name).join(', '),
          one.created_at,
        ]),
      ),
    );
  });
}
