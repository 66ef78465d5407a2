import { expect, test } from 'vitest';
import { listFiles, readText } from '../repository.ts';
import { faultGroups } from './all-faults.ts';
import { describeFaults } from './describe-faults.ts';
import { mutateText } from './mutate-text.ts';
import { titlePattern } from './title-pattern.ts';

const faults = faultGroups.flatMap((group) => group.faults);
const protections = faults.flatMap((fault) => fault.protections);
const proofs = [...protections.map((one) => one.caughtBy), ...faults.flatMap((fault) => fault.alsoShownBy ?? [])];

test('every protection that is to be taken away is in the source, exactly once', () => {
  const lost = protections.flatMap((one) => {
    try {
      return mutateText(readText(one.file), one) === readText(one.file) ? [`${one.without}: changes nothing`] : [];
    } catch (error) {
      return [`${one.without}: ${String(error)}`];
    }
  });

  expect(lost).toEqual([]);
});

test('every protection is taken away under a name of its own', () => {
  const names = protections.map((one) => one.without);

  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('every test that is to notice exists', () => {
  const files = new Set(listFiles('.test.ts'));
  const missing = proofs.filter(
    ({ file, title, listedIn }) =>
      !files.has(file) || !(readText(file) + (listedIn ? readText(listedIn) : '')).includes(title),
  );

  expect(missing).toEqual([]);
});

test('every fault has a protection', () => {
  expect(faults.filter((one) => one.protections.length === 0)).toEqual([]);
});

test('a title finds its own cases, whatever stands for its placeholders', () => {
  expect(titlePattern('the query "%s" is refused').test('hostile the query "drop (x)" is refused')).toBe(true);
  expect(titlePattern('with ${rounds} of $what').test('with 40 of bread')).toBe(true);
  expect(titlePattern('a (b) c').test('a b c')).toBe(false);
});

test('the documentation lists the faults that are tried', async () => {
  await expect(describeFaults(faultGroups)).toMatchFileSnapshot('../../docs/faults.md');
});
