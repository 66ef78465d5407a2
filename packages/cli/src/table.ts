import type { Terminal } from './terminal.ts';
import { textWidth } from './text-width.ts';
import { visible, visibleLines } from './visible.ts';

/** Rows under headings, columns aligned. A cell never breaks a line: control characters are shown escaped. */
export function formatTable(
  { colors }: Terminal,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const shownHeadings = headings.map(visible);
  const cells = rows.map((row) => row.map(visible));
  const widths = shownHeadings.map((heading, column) =>
    cells.reduce((widest, row) => Math.max(widest, textWidth(row[column] ?? '')), textWidth(heading)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [colors.dim(line(shownHeadings)), ...cells.map(line)].join('\n');
}

export type Field = readonly [name: string, value: string | undefined];

/** `name   value` lines; what is undefined is left out. Further lines of a value are indented below its first. */
export function formatFields({ colors }: Terminal, fields: readonly Field[]): string {
  const shown = fields.flatMap(([name, value]) => (value === undefined ? [] : [[visible(name), value] as const]));
  const width = shown.reduce((widest, [name]) => Math.max(widest, textWidth(name)), 0);
  const indent = ' '.repeat(width + 2);
  return shown
    .map(([name, value]) => `${colors.dim(pad(name, width))}  ${visibleLines(value).replaceAll('\n', `\n${indent}`)}`)
    .join('\n');
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}
