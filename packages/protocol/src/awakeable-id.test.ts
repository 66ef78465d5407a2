import { expect, test } from 'vitest';
import { formatAwakeableId, invocationIdFromBytes, parseAwakeableId, parseInvocationId } from './index.ts';
import { decodeBase64url } from './base64url.ts';

const invocation = parseInvocationId('inv_1jKTSsuJvxFx6upDmxfcC5RjGL5tPkLsuC');
const text = 'sign_1qxctl0aoHeYCwrJy8yTbloVjHJMHPELVAAAAEQ';

test('an awakeable id names its invocation and signal', () => {
  if (invocation === undefined) throw new Error('the vector is no invocation id');

  expect(formatAwakeableId(invocation, 17)).toBe(text);
  expect(parseAwakeableId(text)).toEqual({ invocation, signalId: 17 });
});

test('an awakeable id that a real SDK made is read', () => {
  const bytes = decodeBase64url('zChYp_TcuDmxthOuAv2PKMLU50khlAqi');
  if (bytes === undefined) throw new Error('the vector is no base64url');

  expect(parseAwakeableId('sign_1zChYp_TcuDmxthOuAv2PKMLU50khlAqiAAAAEQ')).toEqual({
    invocation: invocationIdFromBytes(bytes),
    signalId: 17,
  });
});

test('ids in the old prefix are read alike', () => {
  expect(parseAwakeableId(text.replace('sign_1', 'prom_1'))).toEqual({ invocation, signalId: 17 });
});

test.each([
  ['another prefix', text.replace('sign_1', 'sign_2')],
  ['a character less', text.slice(0, -1)],
  ['a character more', `${text}A`],
  ['a foreign character', text.replace('q', '+')],
  ['bits beyond the last byte', `${text.slice(0, -1)}R`],
  ['signal 0', `${text.slice(0, -6)}AAAAAA`],
  ['an invocation id', 'inv_1jKTSsuJvxFx6upDmxfcC5RjGL5tPkLsuC'],
])('%s is no awakeable id', (_, text) => {
  expect(parseAwakeableId(text)).toBeUndefined();
});
