import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, withCommonOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { print } from '../../output.ts';
import { formatTable } from '../../table.ts';

const answerSchema = z.object({
  services: z.array(
    z.looseObject({
      name: z.string(),
      ty: z.string(),
      revision: z.number(),
      public: z.boolean(),
      deployment_id: z.string(),
      handlers: z.array(z.looseObject({ name: z.string() })),
    }),
  ),
});

export function addListServices(group: Command): void {
  const command = group.command('list').description('All services, and the deployments that take their new work');
  withCommonOptions(command).action(async (options: CommonOptions) => {
    const answer = await askAdmin(options, { path: '/services' }, answerSchema);
    if (options.json === true) return print.line(JSON.stringify(answer));
    if (answer.services.length === 0) {
      return print.line('There are no services.\nNext: holdfast deployments register http://localhost:9080');
    }
    print.line(
      formatTable(
        ['SERVICE', 'KIND', 'CURRENT', 'REVISION', 'INGRESS', 'HANDLERS'],
        answer.services.map((one) => [
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
