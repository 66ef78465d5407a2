import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConformanceRecord } from './conformance-record.ts';

export const root: string = join(import.meta.dirname, '../../..');
export const recordPath: string = join(import.meta.dirname, 'results.golden.json');
export const pagePath: string = join(root, 'docs/conformance.md');

export function readRecord(): ConformanceRecord {
  return JSON.parse(readFileSync(recordPath, 'utf8')) as ConformanceRecord; // written by run-conformance-table.ts
}

/** One line for each test, so that a diff shows what has changed. */
export function recordText(record: ConformanceRecord): string {
  const features = Object.entries(record.features).map(([feature, tests]) => {
    const lines = Object.entries(tests).map(
      ([title, outcome]) => `    ${JSON.stringify(title)}: ${JSON.stringify(outcome)}`,
    );
    return `  ${JSON.stringify(feature)}: {\n${lines.join(',\n')}\n  }`;
  });
  const configurations = JSON.stringify(record.configurations);
  return `{\n"configurations": ${configurations},\n"features": {\n${features.join(',\n')}\n}\n}\n`;
}

/** Where a run leaves the report of a configuration. */
export function reportPath(target: string, configuration: string): string {
  return join(root, '.cache/conformance', target, `${configuration}.json`);
}
