/**
 * npm run simulate -- [--minutes N | --seeds N | --seed S [--trace LINES] | --mutants] [--about TEXT]
 *
 * Runs fresh seeds until the time is over. A finding prints the promise that broke and the command that repeats it, and ends with code 1.
 */
import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';
import type { SimulationReport } from './simulate.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seeds: { type: 'string' },
    seed: { type: 'string' },
    quiet: { type: 'boolean' },
    trace: { type: 'string' },
    about: { type: 'string' },
    mutants: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (values.help) {
  process.stdout.write(
    'Usage: npm run simulate -- [--minutes N] [--seeds N] [--seed S] [--mutants]\n\nWithout options: one minute of fresh seeds. --mutants gives each seeded bug up to a minute. --trace N shows the last N lines of\na seed; --about TEXT chooses the lines, or the mutants, that hold the text.\n',
  );
} else if (values.mutants) {
  const { huntAll } = await import('./hunt-mutants.ts');
  process.exitCode =
    (await huntAll({ minutes: Number(values.minutes ?? 1), named: values.about ?? '' }, (line) =>
      process.stdout.write(`${line}\n`),
    )) === 0
      ? 0
      : 1;
} else if (values.seed !== undefined) {
  const about = values.about === undefined ? {} : { traceAbout: values.about };
  const result = await simulate(Number(values.seed), { traceLines: Number(values.trace ?? 30), ...about });
  if (values.trace !== undefined) process.stdout.write(`${result.trace.join('\n')}\n`);
  report(result);
} else {
  await runMany();
}

async function runMany(): Promise<void> {
  const started = Date.now();
  const until = values.seeds === undefined ? started + Number(values.minutes ?? 1) * 60_000 : Infinity;
  const seedsMax = Number(values.seeds ?? Infinity);
  let seed = Math.floor(Math.random() * 2 ** 31);
  const total = { seeds: 0, invocations: 0, attempts: 0, crashes: 0, failedCommits: 0 };
  let lastLine = started;
  while (Date.now() < until && total.seeds < seedsMax) {
    const result = await simulate(seed);
    total.seeds += 1;
    total.invocations += result.invocations;
    total.attempts += result.attempts;
    total.crashes += result.crashes;
    total.failedCommits += result.failedCommits;
    if (result.violations.length > 0) {
      report(result);
      return;
    }
    if (!values.quiet && Date.now() - lastLine > 10_000) {
      lastLine = Date.now();
      process.stderr.write(`${describe(total)}\n`);
    }
    seed = (seed + 1) % 2 ** 31;
  }
  process.stdout.write(`No finding. ${describe(total)} in ${Math.round((Date.now() - started) / 1_000)} s\n`);
}

function describe(total: {
  readonly seeds: number;
  readonly invocations: number;
  readonly attempts: number;
  readonly crashes: number;
  readonly failedCommits: number;
}): string {
  return `${total.seeds} seeds, ${total.invocations} invocations, ${total.attempts} attempts, ${total.crashes} crashes, ${total.failedCommits} failed commits`;
}

function report(result: SimulationReport): void {
  if (result.violations.length === 0) {
    process.stdout.write(
      `Seed ${result.seed}: no finding. ${result.invocations} invocations, ${result.attempts} attempts, ${result.crashes} crashes, trace ${result.hash}\n`,
    );
    return;
  }
  process.stdout.write(
    `Seed ${result.seed} broke a promise:\n${result.violations
      .slice(0, 5)
      .map((one) => `  ${one}`)
      .join(
        '\n',
      )}\nWhat happened last:\n${result.trace.map((one) => `  ${one}`).join('\n')}\nRepeat it with: npm run simulate -- --seed ${result.seed}\n`,
  );
  process.exitCode = 1;
}
