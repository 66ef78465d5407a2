import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, withCommonOptions } from '../../admin-client.ts';
import type { CommonOptions } from '../../admin-client.ts';
import { print } from '../../output.ts';
import { formatFields, formatTable } from '../../table.ts';

const answerSchema = z.looseObject({
  name: z.string(),
  ty: z.string(),
  revision: z.number(),
  public: z.boolean(),
  deployment_id: z.string(),
  documentation: z.string().optional(),
  handlers: z.array(
    z.looseObject({
      name: z.string(),
      ty: z.string().optional(),
      public: z.boolean(),
      input_description: z.string(),
      output_description: z.string(),
      journal_retention: z.string(),
      documentation: z.string().optional(),
    }),
  ),
});

export function addDescribeService(group: Command): void {
  const command = group.command('describe <name>').description('One service and its handlers');
  withCommonOptions(command).action(async (name: string, options: CommonOptions) => {
    const one = await askAdmin(options, { path: `/services/${encodeURIComponent(name)}` }, answerSchema);
    if (options.json === true) return print.line(JSON.stringify(one));
    const fields = formatFields([
      ['service', one.name],
      ['kind', one.ty],
      ['current', one.deployment_id],
      ['revision', String(one.revision)],
      ['ingress', one.public ? 'public' : 'private'],
      ['about', one.documentation],
    ]);
    const handlers = formatTable(
      ['HANDLER', 'KIND', 'INGRESS', 'INPUT', 'OUTPUT', 'JOURNAL KEPT', 'ABOUT'],
      one.handlers.map((handler) => [
        handler.name,
        handler.ty ?? 'Stateless',
        handler.public ? 'public' : 'private',
        handler.input_description,
        handler.output_description,
        handler.journal_retention,
        handler.documentation ?? '',
      ]),
    );
    print.line(`${fields}\n\n${handlers}`);
  });
}
