import { expect, test } from 'vitest';
import type { Target } from '../record.ts';
import { checkInput, matchesContentType } from './check-input.ts';

const target: Target = {
  service: 'Greeter',
  handler: 'greet',
  key: '',
  serviceKind: 'service',
  handlerKind: 'stateless',
};

test.each([
  { rule: { required: false, mustBeEmpty: false }, length: 0, contentType: undefined },
  { rule: { required: false, mustBeEmpty: false }, length: 9, contentType: undefined },
  { rule: { required: false, mustBeEmpty: false, contentType: 'application/json' }, length: 0, contentType: undefined },
  {
    rule: { required: true, mustBeEmpty: false, contentType: 'application/*' },
    length: 9,
    contentType: 'application/json',
  },
  {
    rule: { required: true, mustBeEmpty: false, contentType: '*/*' },
    length: 9,
    contentType: 'text/plain; charset=utf-8',
  },
  { rule: { required: false, mustBeEmpty: true }, length: 0, contentType: undefined },
])('a body that the manifest allows passes: %j', ({ rule, length, contentType }) => {
  expect(checkInput(target, rule, { length, contentType })).toBeUndefined();
});

test.each([
  { rule: { required: true, mustBeEmpty: false }, length: 0, contentType: undefined, message: /needs an input/ },
  {
    rule: { required: true, mustBeEmpty: false },
    length: 0,
    contentType: 'application/json',
    message: /needs an input/,
  },
  {
    rule: { required: false, mustBeEmpty: true },
    length: 3,
    contentType: undefined,
    message: /takes no input, but 3 bytes/,
  },
  {
    rule: { required: true, mustBeEmpty: false, contentType: 'application/json' },
    length: 9,
    contentType: undefined,
    message: /none was sent/,
  },
  {
    rule: { required: true, mustBeEmpty: false, contentType: 'application/json' },
    length: 9,
    contentType: 'text/plain',
    message: /"text\/plain" was sent/,
  },
])(
  'a body that the manifest forbids is refused, with both sides named: %j',
  ({ rule, length, contentType, message }) => {
    const refusal = checkInput(target, rule, { length, contentType });

    expect(refusal).toMatchObject({ code: 'INPUT_REFUSED', message: expect.stringMatching(message) });
  },
);

test('content types are compared without case and parameters', () => {
  expect(matchesContentType('application/json', 'Application/JSON; charset=utf-8')).toBe(true);
  expect(matchesContentType('text/*', 'application/json')).toBe(false);
});
