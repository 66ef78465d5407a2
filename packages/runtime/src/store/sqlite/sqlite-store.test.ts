import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStore } from '../describe-store.ts';
import { openSqliteStore } from './open-store.ts';
import type { SqliteStore } from './sqlite-store.ts';

describeStore('sqlite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
  const open = (): Promise<SqliteStore> =>
    openSqliteStore({
      directory,
      onFatal: (error) => {
        throw error;
      },
    });
  let store = await open();
  return {
    store,
    async crash() {
      // A process cannot lose its own memory; tests that kill one are in crash.test.ts.
      await store.close();
      store = await open();
      return store;
    },
    async dispose() {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
});
