import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { differences } from './harness/differences.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/differences-from-restate.md'), 'utf8');

test('the documentation has exactly the differences that the suite knows, in the same words', () => {
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| Subject'))
    .map((line) => line.trim());

  const expected = Object.values(differences).map(
    (one) => `| ${one.subject} | ${one.restate} | ${one.holdfast} | ${one.why} |`,
  );

  expect(rows.toSorted()).toEqual(expected.toSorted());
});

test('every difference is shown by a test', () => {
  const folders = [import.meta.dirname, join(import.meta.dirname, 'conformance')];
  const tests = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(folder, file), 'utf8')),
  );
  // Where no target is at hand the expectation is asked for by the target's name.
  const shown = (id: string): boolean =>
    tests.some((text) => text.includes(`differs('${id}'`) || text.includes(`expectedOn(chosenTarget(), '${id}'`));

  expect(Object.keys(differences).filter((id) => !shown(id))).toEqual([]);
});
