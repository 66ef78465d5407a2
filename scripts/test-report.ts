import type { StageResult } from './stage.ts';

/** Prints the count, alone on the last line, and returns the exit code. */
export function reportResults(results: readonly StageResult[]): 0 | 1 {
  const sum = (name: 'passed' | 'failed' | 'skipped'): number => results.reduce((total, one) => total + one[name], 0);
  console.log('');
  for (const { name, failed } of results.filter((one) => one.failed > 0)) console.log(`failed: ${name} (${failed})`);
  if (sum('skipped') > 0) console.log(`${sum('skipped')} skipped`);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
}
