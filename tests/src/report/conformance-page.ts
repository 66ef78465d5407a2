import { configurations } from '../harness/configuration.ts';
import type { ConfigurationId } from '../harness/configuration.ts';
import { findReason } from './conformance-record.ts';
import type { ConformanceRecord, TestRecord } from './conformance-record.ts';

/** Writes docs/conformance.md: features and configurations with the number of tests that passed, and why the others do not apply. */
export function conformancePage(record: ConformanceRecord): string {
  const ids = record.configurations;
  const notes: string[] = [];
  const rows = Object.entries(record.features).map(([feature, tests]) => {
    const cells = ids.map((id) => cellOf(Object.values(tests), id, notes));
    return `| [${captionOf(feature)}](../tests/src/conformance/${feature}.test.ts) | ${cells.join(' | ')} |`;
  });
  const all = Object.values(record.features).flatMap((tests) => Object.values(tests));
  const sums = ids.map((id) => `**${all.filter((one) => findReason(one, id) === undefined).length}**`);
  return [
    ...opening,
    '',
    ...ids.map((id) => `- **${configurations[id].title}**: ${configurations[id].meaning}`),
    '',
    '## Features and configurations',
    '',
    'A cell is the number of tests that passed, all that apply; a number in brackets refers to the reason why the others do not.',
    '',
    `| Feature | ${ids.map((id) => configurations[id].title).join(' | ')} |`,
    `|---|${ids.map(() => '---:|').join('')}`,
    ...rows,
    `| **All** | ${sums.join(' | ')} |`,
    '',
    '## Why some tests do not apply',
    '',
    ...notes.map((note, index) => `${index + 1}. ${note}`),
    '',
    ...closing,
    '',
  ].join('\n');
}

const opening = [
  '# Conformance',
  '',
  'The conformance suite (`tests/src/conformance`) drives services on the published Restate SDK through a running runtime. What a',
  'handler does must not depend on how it is delivered, so the whole suite runs in each of these configurations:',
];

const closing = [
  '## Run it yourself',
  '',
  '```sh',
  'npm run test:configurations                                    # every configuration, two at a time',
  'npm run test:conformance -- --configuration always-suspend     # one',
  'npm run test:conformance -- --target restate --configuration v5 # on the real Restate server',
  'npm run conformance:table                                      # write this page from the last run of all',
  '```',
  '',
  'This page is made from the reports of a run in every configuration (`tests/src/report/results.golden.json`). A test fails when a',
  'feature, a test or a configuration is missing in it, and `npm test` when a run has another outcome.',
];

/** Appends to `notes` what it refers to and is not there yet. */
function cellOf(tests: readonly TestRecord[], id: ConfigurationId, notes: string[]): string {
  const passed = tests.filter((one) => findReason(one, id) === undefined).length;
  const reasons = new Set(tests.flatMap((one) => findReason(one, id) ?? []));
  const references = [...reasons].map((reason) => {
    if (!notes.includes(reason)) notes.push(reason);
    return notes.indexOf(reason) + 1;
  });
  references.sort((one, other) => one - other);
  const count = passed === 0 ? '–' : String(passed);
  return references.length === 0 ? count : `${count} [${references.join(', ')}]`;
}

/** `attach-output` is headed "Attach output". */
function captionOf(feature: string): string {
  const words = feature.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
