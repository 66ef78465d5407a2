import { expect, test } from 'vitest';
import { deploymentIdFromFingerprint, digest, parseDeploymentId } from './index.ts';

test('a deployment id is a function of the fingerprint and can be read back', () => {
  const id = deploymentIdFromFingerprint(digest('a'));

  expect(id).toMatch(/^dp_1[0-9a-zA-Z]{22}$/);
  expect(deploymentIdFromFingerprint(digest('a'))).toBe(id);
  expect(deploymentIdFromFingerprint(digest('b'))).not.toBe(id);
  expect(parseDeploymentId(id)).toBe(id);
});

test('the digits are those of the uuid part of an invocation id', () => {
  // The second half of the first published invocation id.
  const uuid = Uint8Array.from('02c2b272f324db9685631c93073c42d5'.match(/../g) ?? [], (byte) =>
    Number.parseInt(byte, 16),
  );

  expect(deploymentIdFromFingerprint(uuid)).toBe('dp_16upDmxfcC5RjGL5tPkLsuC');
});

test.each(['', 'dp_1', 'dp_2000000000000000000000A', 'dp_1ZZZZZZZZZZZZZZZZZZZZZZ', 'dp_1000000000000000000000-'])(
  '"%s" is no deployment id',
  (text) => {
    expect(parseDeploymentId(text)).toBeUndefined();
  },
);

test('fewer than 16 bytes are no fingerprint', () => {
  expect(() => deploymentIdFromFingerprint(new Uint8Array(15))).toThrow('A fingerprint has at least 16 bytes, not 15.');
});
