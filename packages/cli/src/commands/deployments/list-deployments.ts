import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, printAnswer } from '../../admin-client.ts';
import { withCommonOptions, withExamples } from '../../common-options.ts';
import type { CommonOptions } from '../../common-options.ts';
import { formatTable } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';
import { describeState, unreachableSchema } from './describe-unreachable.ts';

const answer = z.object({
  deployments: z.array(
    z.object({
      id: z.string(),
      uri: z.string(),
      state: z.string(),
      unreachable: unreachableSchema.optional(),
      grade: z.string(),
      created_at: z.string(),
      services: z.array(z.object({ name: z.string() })),
    }),
  ),
});

export function addListDeployments(group: Command, terminal: Terminal): void {
  const command = group.command('list').description('All deployments, newest first');
  withExamples(withCommonOptions(command), ['holdfast deployments list']).action(async (options: CommonOptions) => {
    const found = await askAdmin(terminal, options, { path: '/deployments', answer });
    printAnswer(terminal, options, found, ({ deployments }) =>
      deployments.length === 0
        ? 'There are no deployments.\nNext: holdfast deployments register http://localhost:9080'
        : formatTable(
            terminal,
            ['ID', 'STATE', 'GRADE', 'ADDRESS', 'SERVICES', 'CREATED'],
            deployments.map((one) => [
              one.id,
              describeState(one),
              one.grade,
              one.uri,
              one.services.map((service) => service.name).join(', '),
              one.created_at,
            ]),
          ),
    );
  });
}
