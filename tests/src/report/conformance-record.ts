/**
 * What the conformance suite has shown in each configuration: made from the reports of its runs, checked in as
 * results.golden.json, and the source of docs/conformance.md.
 *
 * It names every test, so that a test or a configuration that came later shows up as missing without running anything.
 */
import { configurations, isConfigurationId } from '../harness/configuration.ts';
import type { ConfigurationId } from '../harness/configuration.ts';
import { featureOf, titleOf } from './conformance-report.ts';
import type { ConformanceReport, TestReport } from './conformance-report.ts';

export interface ConformanceRecord {
  readonly configurations: readonly ConfigurationId[];
  /** Feature, then title of the test. */
  readonly features: Readonly<Record<string, Readonly<Record<string, TestRecord>>>>;
}

/** It passed in every configuration, or did for a reason not apply in some and passed in the others. */
export type TestRecord = 'passed' | Readonly<Record<string, readonly ConfigurationId[]>>;

/** Why the test does not apply in that configuration; `undefined` when it passed. */
export function findReason(test: TestRecord, id: ConfigurationId): string | undefined {
  if (test === 'passed') return undefined;
  return Object.keys(test).find((reason) => test[reason]?.includes(id));
}

/** Throws if a run is missing, or if a test failed, was left out without a reason or did not appear in one of them. */
export function recordOf(reports: ReadonlyMap<ConfigurationId, ConformanceReport>): ConformanceRecord {
  const ids = Object.keys(configurations).filter(isConfigurationId);
  const features: Record<string, Record<string, TestRecord>> = {};
  for (const { feature, title } of testsOf(reports)) {
    const record: Record<string, ConfigurationId[]> = {};
    for (const id of ids) {
      const reason = reasonNotApplicable(reports.get(id), feature, title, id);
      if (reason !== undefined) (record[reason] ??= []).push(id);
    }
    (features[feature] ??= {})[title] = Object.keys(record).length === 0 ? 'passed' : record;
  }
  return { configurations: ids, features };
}

/** All tests of all runs, each once, in the order of the features and of their files. */
function testsOf(reports: ReadonlyMap<ConfigurationId, ConformanceReport>): { feature: string; title: string }[] {
  const files = [...reports.values()]
    .flatMap((one) => one.testResults)
    .toSorted((one, other) => featureOf(one).localeCompare(featureOf(other)));
  const found = new Map<string, { feature: string; title: string }>();
  for (const file of files) {
    const feature = featureOf(file);
    for (const one of file.assertionResults) {
      found.set(`${feature} › ${titleOf(one)}`, { feature, title: titleOf(one) });
    }
  }
  return [...found.values()];
}

function reasonNotApplicable(
  report: ConformanceReport | undefined,
  feature: string,
  title: string,
  id: ConfigurationId,
): string | undefined {
  const tests = report?.testResults.find((one) => featureOf(one) === feature)?.assertionResults ?? [];
  const test: TestReport | undefined = tests.find((one) => titleOf(one) === title);
  if (test?.status === 'passed') return undefined;
  if (test?.status !== 'failed' && test?.meta.notApplicable !== undefined) return test.meta.notApplicable;
  throw new Error(
    `"${feature} › ${title}" ${test === undefined ? 'was not run' : test.status} in the configuration ${id}.`,
  );
}
