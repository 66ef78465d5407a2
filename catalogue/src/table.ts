import { restateServerVersion } from '../../scripts/restate-server.ts';
import { isAsExpected } from './catalogue.ts';
import type { CatalogueResult, CatalogueRow } from './catalogue.ts';
import type { TargetName } from './targets/target.ts';

const headings: Readonly<Record<TargetName, string>> = {
  holdfast: 'Holdfast',
  restate: `Restate server ${restateServerVersion}`,
};
const idWidth = 5;
const gap = '  ';
// An invocation id has 38 characters and must stay whole, so that it can be copied.
const columnWidthMin = 39;

/** Renders the rows with one column per target, side by side. It fills `width` characters if the columns can be so narrow. */
export function renderTable(rows: readonly CatalogueRow[], targets: readonly TargetName[], width: number): string {
  const columns = targets.length + 1;
  const columnWidth = Math.max(columnWidthMin, Math.floor((width - idWidth - gap.length * columns) / columns));
  const line = (cells: readonly string[]): string =>
    layOut(cells, [idWidth, ...Array<number>(columns).fill(columnWidth)]);
  const rule = '-'.repeat(idWidth + columns * (columnWidth + gap.length));

  const body = rows.map((row) =>
    line([row.id, row.title, ...targets.map((target) => renderResult(row.results[target]))]),
  );
  return [line(['', 'what goes wrong', ...targets.map((target) => headings[target])]), ...body].join(`\n${rule}\n`);
}

function renderResult(result: CatalogueResult | undefined): string {
  if (result === undefined) return '-';
  if (result.kind === 'failed') return `not played\n${result.reason.split('\n')[0] ?? ''}`;
  const surprise = isAsExpected(result) ? '' : ` (expected: ${result.expected})`;
  return `${result.outcome}${surprise}\n${result.evidence}`;
}

function layOut(cells: readonly string[], widths: readonly number[]): string {
  const wrapped = cells.map((cell, index) => wrap(cell, widths[index] ?? columnWidthMin));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    wrapped
      .map((lines, index) => (lines[row] ?? '').padEnd(widths[index] ?? columnWidthMin))
      .join(gap)
      .trimEnd(),
  ).join('\n');
}

/** Breaks at spaces, and inside a word only where it alone is wider than the column. */
function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let current = '';
    for (const word of paragraph.split(' ').flatMap((each) => each.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [''])) {
      const longer = current === '' ? word : `${current} ${word}`;
      if (longer.length <= width) {
        current = longer;
        continue;
      }
      lines.push(current);
      current = word;
    }
    return [...lines, current];
  });
}
