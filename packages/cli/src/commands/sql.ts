import type { Command } from 'commander';
import { z } from 'zod';
import { askAdmin, printAnswer } from '../admin-client.ts';
import { withCommonOptions, withExamples } from '../common-options.ts';
import type { CommonOptions } from '../common-options.ts';
import { formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const answer = z.object({
  rows: z.array(z.record(z.string(), z.unknown())),
  truncated: z.boolean().default(false),
});
type Rows = z.output<typeof answer>['rows'];

export function addSql(program: Command, terminal: Terminal): void {
  const command = program
    .command('sql <query>')
    .description('Read-only SQL over sys_invocation, sys_journal, sys_deployment, sys_service, state and more');
  withExamples(withCommonOptions(command), [
    'holdfast sql "select status, count(*) as invocations from sys_invocation group by status"',
    'holdfast sql "select table_name, column_name from information_schema.columns"',
    `holdfast sql "select target, last_failure from sys_invocation where status = 'paused'" --json`,
  ]).action(async (query: string, options: CommonOptions) => {
    const found = await askAdmin(terminal, options, { method: 'POST', path: '/query', body: { query }, answer });
    const { rows, truncated } = found.value;
    if (options.json === true || rows.length > 0) {
      printAnswer(terminal, options, found, () => describe(terminal, rows));
    }
    if (options.json !== true) terminal.note(countRows(rows.length, truncated));
  });
}

function describe(terminal: Terminal, rows: Rows): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return formatTable(
    terminal,
    names,
    rows.map((row) => names.map((name) => textOf(row[name]))),
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function countRows(count: number, truncated: boolean): string {
  const rows = count === 1 ? '1 row' : `${count} rows`;
  return truncated ? `${rows}; there are more, narrow the query down` : rows;
}
