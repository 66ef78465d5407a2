import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, withCommonOptions } from '../admin-client.ts';
import type { CommonOptions } from '../admin-client.ts';
import { print } from '../output.ts';
import { formatTable } from '../table.ts';

const answerSchema = z.looseObject({
  rows: z.array(z.record(z.string(), z.unknown())),
  truncated: z.boolean().default(false),
});

export function addSql(program: Command): void {
  const command = program
    .command('sql <query>')
    .description('Read-only SQL over sys_invocation, sys_journal, sys_deployment, sys_service, state and more');
  withCommonOptions(command).action(async (query: string, options: CommonOptions) => {
    const answer = await askAdmin(options, { method: 'POST', path: '/query', body: { query } }, answerSchema);
    if (options.json === true) return print.line(JSON.stringify(answer));
    const names = [...new Set(answer.rows.flatMap((row) => Object.keys(row)))];
    if (names.length > 0) {
      print.line(
        formatTable(
          names,
          answer.rows.map((row) => names.map((name) => textOf(row[name]))),
        ),
      );
    }
    print.error(`${answer.rows.length} rows${answer.truncated ? '; there are more, add a limit or filters' : ''}`);
  });
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
