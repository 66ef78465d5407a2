/**
 * Files of the store that were damaged while nobody ran: opening serves everything that was there, or refuses with a typed error. It never
 * serves a part in silence. And a data directory that somebody else has is refused.
 */
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FakeEndpoint } from '../harness/fake-endpoint.ts';
import { chosenTarget } from '../harness/target-command.ts';
import { startGoodEndpoint } from './good-endpoint.ts';
import { RuntimeProcess } from './runtime-process.ts';

describe.skipIf(chosenTarget() !== 'holdfast')('a runtime', () => {
  let folder: string;
  let endpoint: FakeEndpoint;
  let runtime: RuntimeProcess;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-damage-'));
    endpoint = await startGoodEndpoint();
    runtime = await RuntimeProcess.start({ data: folder });
    await runtime.admin.register(endpoint.url);
  });
  afterEach(async () => {
    await runtime.kill();
    await endpoint.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Completes some work, and kills the process, then opens once so that everything is in the database file, and kills again. */
  async function fillDatabase(): Promise<string> {
    for (let sent = 0; sent < 20; sent++) await runtime.ingress.ask('/Good/go', { raw: new Uint8Array(5_000) });
    await runtime.kill();
    runtime = await RuntimeProcess.start({ data: folder });
    await runtime.kill();
    return join(folder, 'holdfast.sqlite');
  }

  async function startOnDamage(): Promise<void> {
    runtime = await RuntimeProcess.spawn({ data: folder });
    await runtime.waitUntilExited();
  }

  test('refuses a database whose header was overwritten', async () => {
    const path = await fillDatabase();
    const bytes = await readFile(path);
    bytes.fill(0xff, 0, 100);
    await writeFile(path, bytes);

    await startOnDamage();

    expect(runtime.output).toContain('STORE_CORRUPT');
  });

  test('refuses a database that was cut in half', async () => {
    const path = await fillDatabase();
    await truncate(path, Math.floor((await readFile(path)).length / 2));

    await startOnDamage();

    expect(runtime.output).toContain('STORE_CORRUPT');
  });

  test('refuses a data directory of a later release, and leaves it as it is', async () => {
    const path = await fillDatabase();
    const database = new DatabaseSync(path);
    database.exec("insert into schema_step (number, name, checksum, applied_at) values (999, 'later', 'x', 0)");
    database.close();
    const before = await readFile(path);

    await startOnDamage();

    expect(runtime.output).toContain('STORE_NEWER');
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  test('refuses a data directory that another one uses, which goes on', async () => {
    const second = await RuntimeProcess.spawn({ data: folder });
    try {
      await second.waitUntilExited();
    } finally {
      await second.kill();
    }

    expect(second.output).toContain('STORE_LOCKED');
    expect(second.output).toContain(`process ${runtime.pid}`);
    expect(await runtime.ingress.call('Good/go')).toBe('ok');
  });
});
