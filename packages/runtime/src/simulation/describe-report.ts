import type { SimulationReport } from './simulate.ts';

const VIOLATIONS_SHOWN = 5;

/** For people: what broke, what happened last, and the command that repeats it. */
export function describeReport(report: SimulationReport): string {
  const { attempts, crashes, hash, invocations, seed, trace, violations } = report;
  if (violations.length === 0) {
    return `Seed ${seed}: no finding. ${invocations} invocations, ${attempts} attempts, ${crashes} crashes, trace ${hash}\n`;
  }
  const indent = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join('');
  return [
    `Seed ${seed} broke a promise:\n`,
    indent(violations.slice(0, VIOLATIONS_SHOWN)),
    'What happened last:\n',
    indent(trace),
    `Repeat it with: npm run simulate -- --seed ${seed}\n`,
  ].join('');
}
