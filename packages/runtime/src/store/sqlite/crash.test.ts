/** The store under processes that are killed: promise P1 as far as it concerns the store. Power loss is in power-loss.test.ts. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLastBatch } from './commit-history.ts';
import { openSqliteStore } from './open-store.ts';
import { syncMarkPath } from './sync-mark.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-crash-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('everything that was acknowledged is there after SIGKILL, again and again', async () => {
  let acknowledged = 0;
  for (const acknowledgements of [1, 37, 150, 400]) {
    acknowledged = await commitUntilKilled(acknowledgements);
    expect(await lastBatchOnDisk()).toBeGreaterThanOrEqual(acknowledged);
  }
  expect(acknowledged).toBeGreaterThan(500);
}, 60_000);

test.each([
  { damage: 'cut off', apply: (bytes: Buffer) => bytes.subarray(0, bytes.length - 1000) },
  { damage: 'torn', apply: (bytes: Buffer) => bytes.fill(0xa5, bytes.length - 2000) },
])('a log whose end is $damage recovers to a whole batch', async ({ apply }) => {
  await commitUntilKilled(60);
  // What is torn was never synced, so it was never marked.
  rmSync(syncMarkPath(directory));
  const bytes = readFileSync(logPath());

  writeFileSync(logPath(), apply(bytes));

  expect(await lastBatchOnDisk()).toBeGreaterThan(50);
});

test('the log that a crash left is in the database, and empty, before the store serves', async () => {
  await commitUntilKilled(50);
  const left = statSync(logPath()).size;

  const store = await openSqliteStore({ directory, onFatal: () => {} });

  // One page per start record and what it touches: what recovery read is no longer only in the log.
  expect(left).toBeGreaterThan(100_000);
  expect(statSync(logPath()).size).toBeLessThan(20_000);
  await store.close();
});

test('a second process is refused and told who has the directory, until that one is gone', async () => {
  const holder = startProgram();
  await once(holder.stdout, 'data');

  await expect(openSqliteStore({ directory, onFatal: () => {} })).rejects.toMatchObject({
    code: 'STORE_LOCKED',
    message: expect.stringContaining(`in use by process ${holder.pid} on `),
    details: { pid: holder.pid },
  });

  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const store = await openSqliteStore({ directory, onFatal: () => {} });
  await store.close();
});

test('the directory stays locked while its store is open in this process, and is free after', async () => {
  const store = await openSqliteStore({ directory, onFatal: () => {} });

  await expect(openSqliteStore({ directory, onFatal: () => {} })).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  const program = startProgram();
  const [code] = await once(program, 'exit');
  expect(code).toBe(1);

  await store.close();
  await (await openSqliteStore({ directory, onFatal: () => {} })).close();
});

function logPath(): string {
  return join(directory, 'holdfast.sqlite-wal');
}

function startProgram(): ChildProcessByStdio<null, Readable, null> {
  const program = fileURLToPath(new URL('./commit-program.ts', import.meta.url));
  return spawn(process.execPath, ['--conditions=holdfast-source', program, directory], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Kills the program after so many acknowledgements; returns the last batch that it acknowledged. */
async function commitUntilKilled(acknowledgements: number): Promise<number> {
  const program = startProgram();
  const exited = once(program, 'exit');
  let last = 0;
  let seen = 0;
  for await (const line of createInterface({ input: program.stdout })) {
    last = Number(line);
    seen += 1;
    if (seen === acknowledgements) program.kill('SIGKILL');
  }
  await exited;
  return last;
}

async function lastBatchOnDisk(): Promise<number> {
  const store = await openSqliteStore({ directory, onFatal: () => {} });
  try {
    return await readLastBatch(await store.openPartition(0));
  } finally {
    await store.close();
  }
}
