/**
 * Holdfast beside the Restate server: the same services, the same load, the same machine, the same minutes.
 *
 *     npm run bench -- --help
 */
import { rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitOnSignals } from '@holdfast/testing';
import { repositoryFolder } from '../../scripts/repository.ts';
import { restateServerBinary } from '../../scripts/restate-server.ts';
import { parseBenchOptions, usage } from './bench-options.ts';
import type { BenchOptions } from './bench-options.ts';
import { describeCheckout, describeMachine, packageVersion } from './machine.ts';
import type { Measurement } from './report/measurement.ts';
import { toMarkdown } from './report/markdown.ts';
import type { Report } from './report/report.ts';
import { toResults } from './report/result.ts';
import { runBench } from './run-bench.ts';
import { holdfastSide } from './sides/holdfast-side.ts';
import { restateSide } from './sides/restate-side.ts';
import type { Side } from './sides/side.ts';

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(usage);
    return 0;
  }
  if (process.platform !== 'linux') {
    process.stderr.write('The bench reads what processes use from /proc, so it needs Linux.\n');
    return 2;
  }
  let options: BenchOptions;
  try {
    options = parseBenchOptions(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  await measure(options);
  return 0;
}

async function measure(options: BenchOptions): Promise<void> {
  const startedAt = new Date().toISOString();
  const folder = join(repositoryFolder, '.cache', `bench-${process.pid}`);
  await mkdir(folder, { recursive: true });
  // Also when Ctrl-C ends the run: gigabytes of data would stay behind.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const sides = await chooseSides(options);
  const setting = describeSetting({ startedAt, options, sides, folder });
  const reportOf = (measurements: readonly Measurement[]): Report => ({
    startedAt,
    setting,
    sides,
    results: toResults(measurements),
    measurements,
  });
  const keep = async (measurements: readonly Measurement[]): Promise<void> => {
    if (options.jsonFile === undefined) return;
    await writeFile(options.jsonFile, `${JSON.stringify(reportOf(measurements), undefined, 2)}\n`);
  };
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const measurements = await runBench({ options, sides, folder, tell, keep });
  await keep(measurements);
  process.stdout.write(toMarkdown(reportOf(measurements)));
}

async function chooseSides({ withRestate }: BenchOptions): Promise<readonly Side[]> {
  const holdfast = holdfastSide(describeCheckout());
  if (!withRestate) return [holdfast];
  const binary = await restateServerBinary();
  return [holdfast, restateSide({ binary }), restateSide({ binary, partitions: 1 })];
}

function describeSetting(run: {
  readonly startedAt: string;
  readonly options: BenchOptions;
  readonly sides: readonly Side[];
  readonly folder: string;
}): readonly string[] {
  const { rounds, windowMs, warmUpMs, suspended, inFlight, historySteps, queuedCalls } = run.options;
  return [
    `Measured: ${run.startedAt}`,
    describeMachine(run.folder),
    ...run.sides.map(({ title, description }) => `${title}: ${description}`),
    `Services: @restatedev/restate-sdk ${packageVersion('node_modules/@restatedev/restate-sdk')} over HTTP/2, one process for all servers`,
    `Load: a process of its own, HTTP/1.1 keep-alive over loopback, closed loop`,
    `Rounds: ${rounds}, windows of ${windowMs / 1000} s after ${warmUpMs / 1000} s; ` +
      `W4 ${suspended} invocations, W5 ${inFlight}, W6 ${historySteps} steps, W7 ${queuedCalls} calls`,
  ];
}

exitOnSignals();
process.exitCode = await main();
