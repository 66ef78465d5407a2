import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SdkError } from '../error/sdk-error.ts';
import { digestArguments, digestDefinition } from './meaning-digest.ts';
import { checkName, claimKeyOf, formatStepName, parseStepName } from './step-name.ts';

const seed = new Uint8Array(8).fill(7);
const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((value) => value.isWellFormed());
const digestText = fc.constant(digestDefinition({ name: 'score' }, 'x'));

test('a bare name is its own wire form', () => {
  expect(formatStepName({ name: 'charge card/eu.1' })).toBe('charge card/eu.1');
});

test('name, key, definition and arguments stand in this order', () => {
  expect(formatStepName({ name: 'score', key: 'llm/0#a', definition: 'D', args: 'A' })).toBe('score#llm/0%23a@D.A');
  expect(formatStepName({ name: 'score', args: 'A' })).toBe('score@.A');
  expect(formatStepName({ name: 'nap', qualifier: '5000ms' })).toBe('nap#~5000ms');
});

test('what is written is read back, whatever characters names and keys have', () => {
  const named = fc.record(
    { name: text, key: text, definition: digestText, args: digestText },
    { requiredKeys: ['name'] },
  );
  fc.assert(
    fc.property(named, (step) => {
      expect(parseStepName(formatStepName(step))).toEqual(step);
      expect(claimKeyOf(formatStepName(step))).toBe(step.key);
    }),
  );
});

test('no author can write a key that looks like a qualifier', () => {
  expect(formatStepName({ name: 'a', key: '~2' })).toBe('a#%7E2');
  expect(claimKeyOf('a#~2')).toBeUndefined();
});

test('digests have 22 characters and do not depend on the order of properties', () => {
  const digest = digestDefinition({ unit: '0-10', name: 'score' }, 'score');

  expect(digest).toMatch(/^[\w-]{22}$/);
  expect(digestDefinition({ name: 'score', unit: '0-10' }, 'score')).toBe(digest);
  expect(digestDefinition({ name: 'score', unit: '0-100' }, 'score')).not.toBe(digest);
});

test('equal arguments have another digest in every invocation', () => {
  expect(digestArguments([1], seed, 's')).not.toBe(digestArguments([1], new Uint8Array(8), 's'));
});

test('a meaning that is not JSON is refused with the path to it', () => {
  expect(() => digestArguments([{ at: new Date(0) }], seed, 'score')).toThrow(
    'The meaning of step "score" is not JSON: in "args", the value at 0.at is not a plain object',
  );
});

test('a name is required and short', () => {
  expect(() => checkName('step name', '')).toThrow(SdkError);
  expect(() => checkName('step name', undefined)).toThrow('A step name is required');
  expect(() => checkName('step key', 'ä'.repeat(257))).toThrow('has 514 bytes; a step key has at most 512 bytes');
  expect(() => checkName('step name', 'ä'.repeat(256))).not.toThrow();
});
