import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, printAnswer } from '../../admin-client.ts';
import { withCommonOptions, withExamples } from '../../common-options.ts';
import type { CommonOptions } from '../../common-options.ts';
import { formatFields, formatTable } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';

const answer = z.object({
  name: z.string(),
  ty: z.string(),
  revision: z.number(),
  public: z.boolean(),
  deployment_id: z.string(),
  documentation: z.string().optional(),
  handlers: z.array(
    z.object({
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

export function addDescribeService(group: Command, terminal: Terminal): void {
  const command = group.command('describe <name>').description('One service and its handlers');
  withExamples(withCommonOptions(command), ['holdfast services describe Greeter']).action(
    async (name: string, options: CommonOptions) => {
      const found = await askAdmin(terminal, options, { path: `/services/${encodeURIComponent(name)}`, answer });
      printAnswer(terminal, options, found, (service) => describe(terminal, service));
    },
  );
}

function describe(terminal: Terminal, one: z.output<typeof answer>): string {
  const fields = formatFields(terminal, [
    ['service', one.name],
    ['kind', one.ty],
    ['current', one.deployment_id],
    ['revision', String(one.revision)],
    ['ingress', one.public ? 'public' : 'private'],
    ['about', one.documentation],
  ]);
  const handlers = formatTable(
    terminal,
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
  return `${fields}\n\n${handlers}`;
}
