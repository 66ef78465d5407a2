import type { Costs } from './module-costs.ts';

/** Costs as two tables of plain text, in microseconds per operation. */
export function formatCosts(setting: readonly string[], costs: Costs, functionsMax: number): string {
  const functions = costs.functions.slice(0, functionsMax);
  return [
    ...setting,
    '',
    `By module (us per operation, ${costs.totalUs.toFixed(0)} in all threads together)`,
    `${'self'.padStart(9)} ${'with internals'.padStart(15)}  module`,
    ...costs.modules
      .filter(({ selfUs, withInternalsUs }) => selfUs >= 0.05 || withInternalsUs >= 0.05)
      .map(
        ({ module, selfUs, withInternalsUs }) =>
          `${selfUs.toFixed(1).padStart(9)} ${(withInternalsUs === 0 ? '' : withInternalsUs.toFixed(1)).padStart(15)}  ${module}`,
      ),
    '',
    'By function (self, us per operation)',
    ...functions.map(
      ({ module, functionName, file, selfUs }) =>
        `${selfUs.toFixed(1).padStart(9)}  ${module}: ${functionName}  ${file}`,
    ),
    '',
  ].join('\n');
}
