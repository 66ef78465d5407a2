import type { Side, SideName } from '../sides/side.ts';
import { formatNumber } from './format-number.ts';
import { metrics } from './metric.ts';
import type { MetricName } from './metric.ts';
import type { Report } from './report.ts';
import type { Result, Spread } from './result.ts';
import { sections } from './sections.ts';
import type { Section } from './sections.ts';

/** The report as a page: where and with what it was measured, then a table per kind of workload, each with its ratios. */
export function toMarkdown(report: Report): string {
  return [
    '# Bench',
    '',
    ...report.setting.map((line) => `- ${line}`),
    '',
    'Medians over the rounds, with half of the range from lowest to highest in percent. CPU is user and system time of the process, all',
    'its threads and children. "Others" is what everything else on the machine used in the window: with much of it, believe CPU per',
    'operation and ratios, not throughput and latency.',
    ...sections.flatMap((section) => sectionLines(section, report)),
    '',
  ].join('\n');
}

function sectionLines(section: Section, report: Report): readonly string[] {
  const results = report.results.filter(({ workload }) => section.workloads.includes(workload));
  if (results.length === 0) return [];
  const shown = section.metrics.filter((name) => results.some(({ values }) => values[name] !== undefined));
  const rows = results.map((result) => [
    cellTitle(result),
    sideTitle(report, result.side),
    ...shown.map((name) => formatSpread(result.values[name])),
  ]);
  const header = ['', 'server', ...shown.map((name) => metrics[name].title)];
  return ['', `## ${section.title}`, '', ...tableLines(header, rows), ...ratioLines(shown, results, report)];
}

/** Holdfast's values as multiples of each rival's. */
function ratioLines(shown: readonly MetricName[], results: readonly Result[], report: Report): readonly string[] {
  const own = results.filter(({ side, ratios }) => side === 'holdfast' && Object.keys(ratios).length > 0);
  if (own.length === 0) return [];
  const compared = shown.filter((name) => metrics[name].better !== 'neither');
  const rivals = report.sides.filter(({ name }) => name !== 'holdfast');
  const rows = own.flatMap((result) =>
    rivals.map((rival) => [
      cellTitle(result),
      rival.title,
      ...compared.map((name) => formatRatio(result.ratios[rival.name]?.[name])),
    ]),
  );
  const header = ['', 'Holdfast as a multiple of', ...compared.map((name) => metrics[name].title)];
  return ['', ...tableLines(header, rows)];
}

function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, index) => (index < 2 ? '---' : '--:'))), ...rows.map(line)];
}

function cellTitle({ workload, concurrency }: Result): string {
  return concurrency === undefined ? workload : `${workload} c=${concurrency}`;
}

function sideTitle({ sides }: { readonly sides: readonly Side[] }, name: SideName): string {
  return sides.find((side) => side.name === name)?.title ?? name;
}

function formatSpread(spread: Spread | undefined): string {
  if (spread === undefined) return '–';
  const { median, min, max, rounds } = spread;
  const half = Math.round(((max - min) / 2 / Math.abs(median)) * 100);
  return rounds.length < 2 || !Number.isFinite(half) ? formatNumber(median) : `${formatNumber(median)} ±${half} %`;
}

function formatRatio(ratio: number | undefined): string {
  return ratio === undefined ? '–' : `${ratio.toPrecision(2)}x`;
}
