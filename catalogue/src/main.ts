/**
 * Plays the corruption catalogue and prints its outcomes side by side:
 *
 *     npm run catalogue -- [--only C6]… [--target holdfast|restate]… [--json]
 *
 * Exits with 0 if every outcome is the one the catalogue expects, with 1 if not, and with 2 on a wrong option.
 */
import { parseArgs } from 'node:util';
import { exitOnSignals } from '@holdfast/testing';
import { chooseScenarios, isAsExpected, runCatalogue } from './catalogue.ts';
import type { CatalogueRow } from './catalogue.ts';
import { renderTable } from './table.ts';
import type { Scenario } from './scenario.ts';
import { targetNames } from './targets/target.ts';
import type { TargetName } from './targets/target.ts';

interface Options {
  readonly json: boolean;
  readonly scenarios: readonly Scenario[];
  readonly targets: readonly TargetName[];
}

exitOnSignals();
const options = readOptions();
const rows = await runCatalogue({
  targets: options.targets,
  only: options.scenarios.map((scenario) => scenario.id),
  // Progress goes where it does not get into the way of --json.
  onResult: (id, target, result) =>
    console.error(`${id} on ${target}: ${result.kind === 'played' ? result.outcome : 'not played'}`),
});
const surprises = countSurprises(rows);

if (options.json) console.log(JSON.stringify({ rows, surprises }, null, 2));
else printTable(rows, surprises);
process.exit(surprises === 0 ? 0 : 1);

function readOptions(): Options {
  try {
    return parseOptions();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    console.error('Usage: npm run catalogue -- [--only C6]… [--target holdfast|restate]… [--json]');
    return process.exit(2);
  }
}

function parseOptions(): Options {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      target: { type: 'string', multiple: true },
    },
  });
  return {
    json: values.json,
    scenarios: chooseScenarios(values.only?.flatMap((ids) => ids.split(','))),
    targets: values.target?.map(readTarget) ?? targetNames,
  };
}

function readTarget(name: string): TargetName {
  const target = targetNames.find((candidate) => candidate === name);
  if (target === undefined) throw new Error(`There is no target ${name}; there are ${targetNames.join(', ')}.`);
  return target;
}

function countSurprises(all: readonly CatalogueRow[]): number {
  return all.flatMap((row) => Object.values(row.results)).filter((result) => !isAsExpected(result)).length;
}

function printTable(all: readonly CatalogueRow[], count: number): void {
  console.log(renderTable(all, options.targets, Math.min(process.stdout.columns ?? 132, 180)));
  const reasons = all
    .flatMap((row) => Object.values(row.results))
    .flatMap((result) => (result.kind === 'failed' ? [result.reason] : []));
  for (const reason of new Set(reasons)) console.error(`\nNot played: ${reason}`);
  console.log(
    count === 0
      ? '\nEvery outcome is the expected one. The scenarios are in catalogue/src/scenarios; --only plays one alone.'
      : `\nOutcomes that are not the expected ones: ${count}. Play one alone with: npm run catalogue -- --only C6`,
  );
}
