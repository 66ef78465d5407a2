import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CoveringSync } from './covering-sync.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-sync-'));
  path = join(directory, 'log');
  writeFileSync(path, 'begun');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('writes are covered in order, many by one sync', async () => {
  const sync = new CoveringSync({ path, onFatal: vi.fn() });
  const order: number[] = [];

  await Promise.all(
    Array.from({ length: 50 }, async (_, number) => {
      appendFileSync(path, 'x');
      sync.noteWrite();
      await sync.cover();
      order.push(number);
    }),
  );

  expect(order).toEqual(order.toSorted((a, b) => a - b));
  await sync.close();
});

test('with nothing written there is nothing to wait for', async () => {
  const sync = new CoveringSync({ path, onFatal: vi.fn() });

  await sync.cover();

  await sync.close();
});

test.skipIf(process.platform !== 'linux')('a sync that fails is fatal, and never tried again', async () => {
  const onFatal = vi.fn();
  // The kernel has nothing to sync behind this device, and says so.
  const sync = new CoveringSync({ path: '/dev/null', onFatal });
  sync.noteWrite();
  const covered = [sync.cover(), sync.cover()];

  for (const promise of covered) await expect(promise).rejects.toMatchObject({ code: 'STORE_SYNC_FAILED' });
  sync.noteWrite();
  await expect(sync.cover()).rejects.toMatchObject({ code: 'STORE_SYNC_FAILED' });

  expect(onFatal).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'STORE_SYNC_FAILED' }));
  await sync.close();
});

test('a file that was replaced under the store is fatal', async () => {
  const onFatal = vi.fn();
  const sync = new CoveringSync({ path, onFatal });
  sync.verifyFile();
  expect(onFatal).not.toHaveBeenCalled();

  writeFileSync(`${path}-other`, 'begun');
  renameSync(`${path}-other`, path);
  sync.verifyFile();

  expect(onFatal).toHaveBeenCalledOnce();
  await expect(sync.cover()).rejects.toMatchObject({ code: 'STORE_SYNC_FAILED' });
  await sync.close();
});

test('a log that cannot be measured is synced all the same', async () => {
  const look = (): never => {
    throw new Error('disk I/O error');
  };
  const sync = new CoveringSync({ path, onFatal: vi.fn(), mark: { look, write: vi.fn() } });

  for (let write = 0; write < 2; write += 1) {
    sync.noteWrite();
    await sync.cover();
  }

  await sync.close();
});
