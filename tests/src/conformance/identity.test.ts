import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { identityPublicKey, strangerPublicKey, writeIdentityKey } from '../harness/identity-key.ts';
import { unique } from '../harness/unique.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-identity-'));
const identityKeyFile = join(folder, 'identity.pem');
beforeAll(() => writeIdentityKey(identityKeyFile));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a runtime with an identity key', () => {
  const world = useWorld({ target: { identityKeyFile } });

  test.each(['bidirectional', 'http1'] as const)('is accepted by services that know the key (%s)', async (mode) => {
    const service = await world().startServices({ module: 'counter', mode, identityKeys: [identityPublicKey] });
    await world().register(service);

    expect(await world().ingress.call(`Counter/${encodeURIComponent(unique('a key/ü'))}/add`, 2)).toBe(2);
  });

  test('is accepted by services that do not check', async () => {
    const service = await world().startServices({ module: 'greeter' });
    await world().register(service);

    expect(await world().ingress.call('Greeter/greet', 'Ada')).toBe('Hello, Ada!');
  });

  test('is refused by services that know another key', async () => {
    const service = await world().startServices({ module: 'sleeper', identityKeys: [strangerPublicKey] });

    expect((await world().admin.tryRegister(service.url)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('a runtime without an identity key', () => {
  const world = useWorld();

  test('is refused by services that want one', async () => {
    const service = await world().startServices({ module: 'sleeper', identityKeys: [identityPublicKey] });

    expect((await world().admin.tryRegister(service.url)).status).toBeGreaterThanOrEqual(400);
  });
});
