/**
 * Runs the conformance suite against one target, in one, some or all configurations.
 *
 *     node tests/src/run-conformance.ts [--target holdfast|restate] [--configuration <name> … | --all-configurations]
 *       [--at-once <number>] [vitest arguments]
 *
 * After a whole run in every configuration against Holdfast, the outcome is compared with the one that is checked in.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { configurations, isConfigurationId } from './harness/configuration.ts';
import { parseConformanceArguments } from './report/conformance-arguments.ts';
import type { ConformanceArguments } from './report/conformance-arguments.ts';
import { recordOf } from './report/conformance-record.ts';
import { mergeReports, readConformanceReport } from './report/conformance-report.ts';
import { readRecord, recordText, reportPath } from './report/record-file.ts';
import { runConfiguration } from './report/run-configuration.ts';

const chosen = parseConformanceArguments(process.argv.slice(2));
if (chosen === undefined) {
  const names = Object.keys(configurations).join('|');
  console.error(
    `Usage: node tests/src/run-conformance.ts [--target holdfast|restate] [--configuration ${names} | --all-configurations] ` +
      '[--at-once <number>] [vitest arguments]',
  );
  process.exit(2);
}
process.exitCode = await run(chosen);

async function run(what: ConformanceArguments): Promise<number> {
  const waiting = [...what.configurations];
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const { code, printed } = await runConfiguration(id, what);
      process.stdout.write(printed);
      console.log(
        `-- ${what.target}, configuration "${configurations[id].title}": ${code === 0 ? 'passed' : 'failed'}`,
      );
      if (code !== 0) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(what.atOnce, what.configurations.length) }, work));
  if (what.outputFile !== undefined) writeMerged(what, what.outputFile);
  if (failed > 0) return 1;
  return what.isWhole && what.target === 'holdfast' ? compareWithRecord() : 0;
}

function writeMerged({ target, configurations: ids }: ConformanceArguments, path: string): void {
  const reports = ids.map((id) => readConformanceReport(reportPath(target, id)));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(mergeReports(reports)));
}

function compareWithRecord(): number {
  const ids = Object.keys(configurations).filter(isConfigurationId);
  const record = recordOf(new Map(ids.map((id) => [id, readConformanceReport(reportPath('holdfast', id))])));
  if (recordText(record) === recordText(readRecord())) return 0;
  console.error(
    'docs/conformance.md does not show this outcome: run "npm run conformance:table" and look at the diff.',
  );
  return 1;
}
