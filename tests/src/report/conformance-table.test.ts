/** docs/conformance.md has a cell for every feature in every configuration, and each is of the suite as it is now. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configurations, isConfigurationId } from '../harness/configuration.ts';
import { conformancePage } from './conformance-page.ts';
import { findReason } from './conformance-record.ts';
import { declaredTitles, isDeclaredAs } from './declared-titles.ts';
import { pagePath, readRecord } from './record-file.ts';

const suite = join(import.meta.dirname, '../conformance');
const ending = '.test.ts';
const features = readdirSync(suite)
  .filter((file) => file.endsWith(ending))
  .map((file) => file.slice(0, -ending.length));
const record = readRecord();
const ids = Object.keys(configurations).filter(isConfigurationId);

const declaredIn = (feature: string) => declaredTitles(readFileSync(join(suite, feature + ending), 'utf8'));
const recordedOf = (feature: string): readonly string[] => Object.keys(record.features[feature] ?? {});
const ownTitle = (title: string): string => title.split(' › ').at(-1) ?? '';

test('every configuration has its column, and every feature its row', () => {
  expect(record.configurations).toEqual(ids);
  expect(Object.keys(record.features).toSorted()).toEqual(features.toSorted());
});

test.each(features)('every test of %s has been run, and no other', (feature) => {
  const declared = declaredIn(feature);
  const recorded = recordedOf(feature).map(ownTitle);

  expect(declared.length).toBeGreaterThan(0);
  expect(declared.filter((one) => !recorded.some((title) => isDeclaredAs(title, one)))).toEqual([]);
  expect(recorded.filter((title) => !declared.some((one) => isDeclaredAs(title, one)))).toEqual([]);
});

test('a test is left out only for a reason that its configuration gives', () => {
  const wrong = Object.entries(record.features).flatMap(([feature, tests]) =>
    Object.entries(tests).flatMap(([title, outcome]) =>
      ids
        .filter((id) => ![undefined, ...reasonsOf(id)].includes(findReason(outcome, id)))
        .map((id) => `${feature} › ${title} in ${id}`),
    ),
  );

  expect(wrong).toEqual([]);
});

test('no test is skipped but by what it needs', () => {
  const skipping = /\b(?:test|describe|it)\.(?:skip|skipIf|runIf|todo|only|fails)\b|\bskip\s*[:(]/;

  expect(features.filter((feature) => skipping.test(readFileSync(join(suite, feature + ending), 'utf8')))).toEqual([]);
});

test('every configuration serves in a way of its own, and the default lacks nothing', () => {
  const served = Object.values(configurations).map((one) => JSON.stringify(one.serve));

  expect(new Set(served).size).toBe(served.length);
  expect(configurations.default.lacks).toEqual({});
});

test('the page is made from these results', () => {
  expect(readFileSync(pagePath, 'utf8')).toBe(conformancePage(record));
});

function reasonsOf(id: keyof typeof configurations): readonly string[] {
  return Object.values(configurations[id].lacks);
}
