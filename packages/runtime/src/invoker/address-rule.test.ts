import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { allowedLookup, isDeniedAddress, refuseDeniedHost } from './address-rule.ts';

/** The resolver of the machine reads addresses in all their spellings without asking anybody. */
function lookUp(name: string): Promise<{ readonly error: Error | null; readonly address: string | LookupAddress[] }> {
  return new Promise((resolve) => allowedLookup(name, { all: false }, (error, address) => resolve({ error, address })));
}

test.each(['169.254.169.254', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376'])(
  'a name that resolves to a denied address only is not connected to: %s',
  async (name) => {
    const { error } = await lookUp(name);

    expect(error).toMatchObject({ code: 'ADDRESS_DENIED', message: expect.stringContaining('169.254.169.254') });
  },
);

test('a name that resolves to an allowed address is', async () => {
  expect(await lookUp('127.0.0.1')).toEqual({ error: null, address: '127.0.0.1' });
});

test.each([
  'fe80::1',
  '::ffff:169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  'fd00:ec2::254',
  'ff02::1',
  '224.0.0.1',
  '168.63.129.16',
])('the address %s is denied', (address) => {
  expect(isDeniedAddress(address)).toBe(true);
  expect(() => refuseDeniedHost(address)).toThrow('link-local, multicast or metadata address');
});

test.each(['127.0.0.1', '::1', '10.1.2.3', '192.168.0.1', '172.16.0.1', 'fd00::1', 'agent-v1'])(
  'services may run at %s',
  (host) => {
    expect(() => refuseDeniedHost(host)).not.toThrow();
  },
);
