/**
 * One process per data directory. The lock is SQLite's own, on a small file beside the database: the kernel releases it when the process
 * ends, however it ends, and a transaction that is begun and never used needs no file of its own.
 *
 * Who holds it is written in a second, plain file: a file that is locked must not be opened by anybody but SQLite, because closing any
 * descriptor of it would drop the lock.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { StoreError } from '../store-error.ts';
import { isBusy, toStoreError } from './sqlite-error.ts';

const ownerSchema = z.object({ pid: z.number(), host: z.string(), since: z.string() });

export interface DirectoryLock {
  release(): void;
}

export function lockDirectory(directory: string, now: number): DirectoryLock {
  const ownerPath = join(directory, 'owner.json');
  const database = new DatabaseSync(join(directory, 'lock.sqlite'), { timeout: 0 });
  try {
    database.exec('begin immediate');
  } catch (error) {
    database.close();
    throw isBusy(error) ? locked(directory, ownerPath) : toStoreError(error);
  }
  const owner = { pid: process.pid, host: hostname(), since: new Date(now).toISOString() };
  writeFileSync(ownerPath, `${JSON.stringify(owner)}\n`);
  return {
    release() {
      rmSync(ownerPath, { force: true });
      database.close();
    },
  };
}

function locked(directory: string, ownerPath: string): StoreError {
  const owner = readOwner(ownerPath);
  const who = owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host} (since ${owner.since})`;
  return new StoreError('STORE_LOCKED', {
    message: `The data directory ${directory} is in use by ${who}.`,
    hint: 'Stop that process, or give this one another data directory. Two runtimes never share one.',
    details: { directory, ...owner },
    retry: 'later',
  });
}

/** The owner may be about to write the file, or just have removed it: then it is nameless. */
function readOwner(path: string): z.infer<typeof ownerSchema> | undefined {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
