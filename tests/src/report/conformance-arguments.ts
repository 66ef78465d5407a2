import { configurations, isConfigurationId } from '../harness/configuration.ts';
import type { ConfigurationId } from '../harness/configuration.ts';
import type { TargetName } from '../harness/target-command.ts';

export interface ConformanceArguments {
  readonly target: TargetName;
  readonly configurations: readonly ConfigurationId[];
  /** How many configurations run at the same time. */
  readonly atOnce: number;
  /** Where the JSON report of all runs together goes. */
  readonly outputFile: string | undefined;
  /** Every test in every configuration. */
  readonly isWhole: boolean;
  /** Passed on to Vitest. */
  readonly rest: readonly string[];
}

const outputFlag = '--outputFile.json=';

/** Reads the command line; `undefined` if it is none of ours. What it does not know is Vitest's. */
export function parseConformanceArguments(argv: readonly string[]): ConformanceArguments | undefined {
  const all = Object.keys(configurations).filter(isConfigurationId);
  const ids: ConfigurationId[] = [];
  const rest: string[] = [];
  let target: TargetName = 'holdfast';
  let atOnce = 1;
  let outputFile: string | undefined;
  const left = [...argv];
  for (let flag = left.shift(); flag !== undefined; flag = left.shift()) {
    if (flag === '--all-configurations') ids.push(...all);
    else if (flag.startsWith(outputFlag)) outputFile = flag.slice(outputFlag.length);
    else if (flag === '--target') {
      const name = left.shift();
      if (name !== 'holdfast' && name !== 'restate') return undefined;
      target = name;
    } else if (flag === '--configuration') {
      const name = left.shift() ?? '';
      if (!isConfigurationId(name)) return undefined;
      ids.push(name);
    } else if (flag === '--at-once') {
      atOnce = Number(left.shift());
      if (!Number.isInteger(atOnce) || atOnce < 1) return undefined;
    } else rest.push(flag);
  }
  const chosen = ids.length === 0 ? (['default'] as const) : [...new Set(ids)];
  const isFiltered = rest.some((one) => !one.startsWith('--reporter='));
  return {
    target,
    configurations: chosen,
    atOnce,
    outputFile,
    isWhole: chosen.length === all.length && !isFiltered,
    rest,
  };
}
