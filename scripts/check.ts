/**
 * Everything about the code that can be known without running the product: types, lint, format and the house rules.
 *
 *     npm run check
 */
import { fileURLToPath } from 'node:url';
import { listFiles } from './repository.ts';
import { runStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { reportResults } from './test-report.ts';

const minuteMs = 60_000;

export const buildStages: readonly Stage[] = [
  one('build', 'tsc', ['-b'], 3 * minuteMs),
  one('bundle', 'node', ['scripts/bundle.ts'], minuteMs),
];

/** The rules are tests of the project `unit`, which `npm test` runs anyway. */
export const rulesStage: Stage = {
  name: 'house rules',
  command: 'vitest',
  args: ['run', '--project', 'unit', 'scripts'],
  timeoutMs: 2 * minuteMs,
  counts: 'vitest',
};

/** The packages are compiled by the build; these projects only have their types checked. */
export function checkStages(): readonly Stage[] {
  const projects = listFiles('tsconfig.json').filter(
    (path) => path !== 'tsconfig.json' && !path.startsWith('packages/'),
  );
  return [
    ...projects.map((path) =>
      one(`types of ${path.replace(/\/?tsconfig.json$/, '')}`, 'tsc', ['-p', path], 2 * minuteMs),
    ),
    one('lint', 'oxlint', ['.'], 3 * minuteMs),
    one('format', 'oxfmt', ['--check', '.'], minuteMs),
  ];
}

function one(name: string, command: string, args: readonly string[], timeoutMs: number): Stage {
  return { name, command, args, timeoutMs, counts: 'one' };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = [];
  for (const stage of [...buildStages, ...checkStages(), rulesStage]) results.push(await runStage(stage));
  process.exitCode = reportResults(results);
}
