import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, printAnswer } from '../../admin-client.ts';
import { withCommonOptions, withExamples } from '../../common-options.ts';
import type { CommonOptions } from '../../common-options.ts';
import { formatTable } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';

const answer = z.object({
  services: z.array(
    z.object({
      name: z.string(),
      ty: z.string(),
      revision: z.number(),
      public: z.boolean(),
      deployment_id: z.string(),
      handlers: z.array(z.object({ name: z.string() })),
    }),
  ),
});

export function addListServices(group: Command, terminal: Terminal): void {
  const command = group.command('list').description('All services, and the deployments that take their new work');
  withExamples(withCommonOptions(command), ['holdfast services list']).action(async (options: CommonOptions) => {
    const found = await askAdmin(terminal, options, { path: '/services', answer });
    printAnswer(terminal, options, found, ({ services }) =>
      services.length === 0
        ? 'There are no services.\nNext: holdfast deployments register http://localhost:9080'
        : formatTable(
            terminal,
            ['SERVICE', 'KIND', 'CURRENT', 'REVISION', 'INGRESS', 'HANDLERS'],
            services.map((one) => [
              one.name,
              one.ty,
              one.deployment_id,
              String(one.revision),
              one.public ? 'public' : 'private',
              one.handlers.map((handler) => handler.name).join(', '),
            ]),
          ),
    );
  });
}
