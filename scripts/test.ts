/**
 * All tests, in the order in which a failure tells most for the least time.
 *
 *     npm test
 *     npm test -- --only unit --only promises
 */
import { parseArgs } from 'node:util';
import { buildStages, checkStages } from './check.ts';
import { runStage } from './stage.ts';
import type { Stage, StageResult } from './stage.ts';
import { reportResults } from './test-report.ts';

const minuteMs = 60_000;

const groups: Readonly<Record<string, readonly Stage[]>> = {
  build: buildStages,
  check: checkStages(),
  unit: [
    {
      name: 'unit tests and house rules',
      command: 'vitest',
      args: ['run', '--project', 'unit'],
      timeoutMs: 10 * minuteMs,
      counts: 'vitest',
    },
  ],
  simulation: [
    {
      name: 'one minute of simulation on fresh seeds',
      command: 'node',
      args: ['packages/runtime/dist/simulation/main.js', '--minutes', '1'],
      timeoutMs: 3 * minuteMs,
      counts: 'one',
    },
  ],
  promises: [
    {
      name: 'promises between processes',
      command: 'vitest',
      args: ['run', '--project', 'promises', '--exclude', 'tests/src/conformance/**'],
      timeoutMs: 12 * minuteMs,
      counts: 'vitest',
    },
  ],
  conformance: [
    {
      name: 'the conformance suite in every configuration',
      command: 'node',
      args: ['tests/src/run-conformance.ts', '--all-configurations', '--at-once', '2'],
      timeoutMs: 20 * minuteMs,
      counts: 'vitest',
    },
  ],
  restate: [
    {
      name: 'the conformance suite on the real Restate server',
      command: 'node',
      args: ['tests/src/run-conformance.ts', '--target', 'restate'],
      timeoutMs: 8 * minuteMs,
      counts: 'vitest',
    },
    {
      name: 'our SDK on the real Restate server',
      command: 'vitest',
      args: ['run', '--project', 'promises', 'tests/src/sdk'],
      env: { HOLDFAST_TARGET: 'restate' },
      timeoutMs: 5 * minuteMs,
      counts: 'vitest',
    },
  ],
};

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const chosen = values.only ?? Object.keys(groups);
const unknown = chosen.filter((name) => groups[name] === undefined);
if (unknown.length > 0) {
  console.error(`There is no group ${unknown.join(', ')}. Choose among: ${Object.keys(groups).join(', ')}.`);
  process.exit(2);
}
process.exitCode = reportResults(await runAll());

async function runAll(): Promise<readonly StageResult[]> {
  const results: StageResult[] = [];
  for (const [name, stages] of Object.entries(groups)) {
    // Simulation and promises run what the build made; the build is quick when there is nothing to do.
    if (!chosen.includes(name) && name !== 'build') continue;
    for (const stage of stages) results.push(await runStage(stage));
    if (name === 'build' && results.some((one) => one.failed > 0)) break;
  }
  return results;
}
