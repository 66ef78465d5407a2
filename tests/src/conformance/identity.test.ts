import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { needs } from '../harness/needs.ts';
import { identityPublicKey, strangerPublicKey, writeIdentityKey } from '../harness/identity-key.ts';
import { unique } from '../harness/unique.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-identity-'));
const identityKeyFile = join(folder, 'identity.pem');
beforeAll(() => writeIdentityKey(identityKeyFile));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a runtime with an identity key', () => {
  const world = useWorld({ target: { identityKeyFile } });

  test('is accepted by services that know the key', async () => {
    const service = await world().startServices({ module: 'counter', identityKeys: [identityPublicKey] });
    await world().register(service);

    expect(await world().ingress.call(`Counter/${encodeURIComponent(unique('a key/ü'))}/add`, 2)).toBe(2);
  });

  test('is accepted by services that know the key, over HTTP/1.1', needs('http1-server'), async () => {
    const service = await world().startServices({
      module: 'counter',
      mode: 'http1',
      identityKeys: [identityPublicKey],
    });
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

    expect((await world().tryRegister(service)).status).toBeGreaterThanOrEqual(400);
  });
});

describe('a runtime without an identity key', () => {
  const world = useWorld();

  test('is refused by services that want one', async () => {
    const service = await world().startServices({ module: 'sleeper', identityKeys: [identityPublicKey] });

    expect((await world().tryRegister(service)).status).toBeGreaterThanOrEqual(400);
  });
});
