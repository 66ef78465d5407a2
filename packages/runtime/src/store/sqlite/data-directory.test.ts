import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSqliteStore } from './open-store.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-directory-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a data directory is made with all that is missing above it, for its user alone', async () => {
  const directory = join(folder, 'a', 'b', 'c');

  const store = await openSqliteStore({ directory, onFatal: () => undefined });
  await store.close();

  expect((await stat(directory)).mode & 0o777).toBe(0o700);
});

test('a data directory that cannot be made is refused by name', async () => {
  await writeFile(join(folder, 'file'), '');
  const directory = join(folder, 'file', 'data');

  await expect(openSqliteStore({ directory, onFatal: () => undefined })).rejects.toMatchObject({
    code: 'STORE_IO',
    message: expect.stringContaining(directory),
  });
});
