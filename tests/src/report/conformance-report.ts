/** The report that Vitest writes of one run, and several of them as one. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** What is read of Vitest's JSON report, which has the shape of Jest's. */
export interface ConformanceReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly FileReport[];
}

export interface FileReport {
  /** Path of the test file. */
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly TestReport[];
}

export interface TestReport {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
  readonly meta: { readonly notApplicable?: string };
}

/** A feature is a file of the suite, named after it. */
export function featureOf(file: FileReport): string {
  return basename(file.name, '.test.ts');
}

export function titleOf(test: TestReport): string {
  return [...test.ancestorTitles, test.title].join(' › ');
}

export function readConformanceReport(path: string): ConformanceReport {
  return JSON.parse(readFileSync(path, 'utf8')) as ConformanceReport; // Vitest wrote it
}

/** Sums up runs. A test that is not applicable says so with its reason and counts as nothing; pending is what was skipped without. */
export function mergeReports(reports: readonly ConformanceReport[]): ConformanceReport {
  const testResults = reports.flatMap((one) => one.testResults);
  const tests = testResults.flatMap((file) => file.assertionResults);
  const count = (status: string): number => tests.filter((one) => one.status === status).length;
  return {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: tests.filter(isLeftOut).length,
    numTodoTests: 0,
    testResults,
  };
}

/** Neither run nor not applicable. */
function isLeftOut(test: TestReport): boolean {
  return test.status !== 'passed' && test.status !== 'failed' && test.meta.notApplicable === undefined;
}
