import { colors } from './output.ts';

/** Rows under headings, columns aligned. A cell never breaks a line: control characters are shown escaped. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(visible));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - cell.length)))
      .join('  ')
      .trimEnd();
  return [colors.dim(line(headings)), ...cells.map(line)].join('\n');
}

/** `name   value` lines. */
export function formatFields(fields: readonly (readonly [name: string, value: string | undefined])[]): string {
  const shown = fields.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${colors.dim(name.padEnd(width))}  ${visible(value)}`).join('\n');
}

/** What others wrote must not move the cursor or paint the terminal. */
export function visible(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters to escape.
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (character) => JSON.stringify(character).slice(1, -1));
}
