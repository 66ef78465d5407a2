import { expect, test } from 'vitest';
import { configurations, isConfigurationId } from '../harness/configuration.ts';
import type { ConfigurationId } from '../harness/configuration.ts';
import { conformancePage } from './conformance-page.ts';
import { recordOf } from './conformance-record.ts';
import { mergeReports } from './conformance-report.ts';
import type { ConformanceReport, TestReport } from './conformance-report.ts';

const ids = Object.keys(configurations).filter(isConfigurationId);

const passed: TestReport = { ancestorTitles: [], title: 'a signal wakes', status: 'passed', meta: {} };

function report(...tests: readonly TestReport[]): ConformanceReport {
  return mergeReports([
    {
      numPassedTests: 0,
      numFailedTests: 0,
      numPendingTests: 0,
      numTodoTests: 0,
      testResults: [{ name: 'conformance/wake-up.test.ts', status: 'passed', assertionResults: tests }],
    },
  ]);
}

function reports(except: Partial<Record<ConfigurationId, ConformanceReport>>): Map<ConfigurationId, ConformanceReport> {
  return new Map(ids.map((id) => [id, except[id] ?? report(passed)]));
}

test('a test that does not apply somewhere is noted there with its reason, and counted elsewhere', () => {
  const notApplicable = { ...passed, status: 'skipped', meta: { notApplicable: 'It has no signals.' } };

  const record = recordOf(reports({ 'sdk-1-9': report(notApplicable) }));

  expect(record.features).toEqual({ 'wake-up': { 'a signal wakes': { 'It has no signals.': ['sdk-1-9'] } } });
  const page = conformancePage(record);
  expect(page).toContain('| [Wake up](../tests/src/conformance/wake-up.test.ts) | 1 | 1 | 1 | 1 | 1 | 1 | 1 | – [1] |');
  expect(page).toContain('1. It has no signals.');
});

test.each([
  ['failed', { ...passed, status: 'failed' }, 'failed in the configuration v5'],
  ['was skipped without a reason', { ...passed, status: 'skipped' }, 'skipped in the configuration v5'],
  ['is missing', { ...passed, title: 'another' }, 'was not run in the configuration'],
])('there is no table of runs in which a test %s', (_what, odd, message) => {
  expect(() => recordOf(reports({ v5: report(odd) }))).toThrow(message);
});

test('there is no table without the run of a configuration', () => {
  const some = reports({});
  some.delete('v7');

  expect(() => recordOf(some)).toThrow('was not run in the configuration v7');
});

test('several runs add up, and what does not apply counts as nothing', () => {
  const notApplicable = { ...passed, status: 'skipped', meta: { notApplicable: 'It has no signals.' } };
  const leftOut = { ...passed, status: 'skipped' };

  const sum = mergeReports([report(passed), report(passed, notApplicable), report(leftOut)]);

  expect(sum).toMatchObject({ numPassedTests: 2, numFailedTests: 0, numPendingTests: 1 });
});
