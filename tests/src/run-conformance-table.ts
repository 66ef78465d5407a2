/**
 * Writes docs/conformance.md, and the results it is made from, from the reports of the last run in every configuration.
 *
 *     node tests/src/run-conformance.ts --all-configurations && node tests/src/run-conformance-table.ts
 */
import { writeFileSync } from 'node:fs';
import { configurations, isConfigurationId } from './harness/configuration.ts';
import { conformancePage } from './report/conformance-page.ts';
import { recordOf } from './report/conformance-record.ts';
import { readConformanceReport } from './report/conformance-report.ts';
import { pagePath, recordPath, recordText, reportPath } from './report/record-file.ts';

const ids = Object.keys(configurations).filter(isConfigurationId);
const record = recordOf(new Map(ids.map((id) => [id, readConformanceReport(reportPath('holdfast', id))])));
writeFileSync(recordPath, recordText(record));
writeFileSync(pagePath, conformancePage(record));
console.log(`${ids.length} configurations, ${Object.keys(record.features).length} features: wrote ${pagePath}`);
