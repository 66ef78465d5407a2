/** Services on the SDK of this repository check who calls them, on either runtime. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useWorld } from '../harness/conformance-world.ts';
import { identityPublicKey, strangerPublicKey, writeIdentityKey } from '../harness/identity-key.ts';
import { unique } from '../harness/unique.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-identity-'));
const identityKeyFile = join(folder, 'identity.pem');
beforeAll(() => writeIdentityKey(identityKeyFile));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const world = useWorld({ target: { identityKeyFile } });

test.each(['bidirectional', 'http1'] as const)(
  'a runtime with an identity key is accepted by services that know it (%s)',
  async (mode) => {
    const identityKeys = [strangerPublicKey, identityPublicKey];
    const service = await world().startServices({ ours: true, module: 'sdk-peers', mode, identityKeys });
    await world().register(service);

    expect(await world().ingress.call(`OurTally/${encodeURIComponent(unique('a key/ü'))}/add`, 2)).toBe(2);
  },
);

test('a runtime with an identity key is refused by services that know another one', async () => {
  const service = await world().startServices({ ours: true, module: 'sdk-peers', identityKeys: [strangerPublicKey] });

  expect((await world().tryRegister(service)).status).toBeGreaterThanOrEqual(400);
});
