import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { readLastBatch } from './commit-history.ts';
import { databaseName } from './database-name.ts';
import { openSqliteStore } from './open-store.ts';
import { readSyncMark, syncMarkPath } from './sync-mark.ts';
import { FRAME_HEADER_BYTES, LOG_HEADER_BYTES } from './write-log-format.ts';

const frameBytes = FRAME_HEADER_BYTES + 4096;
const acknowledgements = 6;

let killed: string;
let acknowledged = 0;
let directory: string;

/** A store whose process was killed, with all that it acknowledged still in the log. */
beforeAll(async () => {
  killed = mkdtempSync(join(tmpdir(), 'holdfast-log-'));
  const program = fileURLToPath(new URL('./commit-program.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=holdfast-source', program, killed], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    seen += 1;
    if (seen === acknowledgements) child.kill('SIGKILL');
  }
  await exited;
});
afterAll(() => rmSync(killed, { recursive: true, force: true }));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-log-'));
  cpSync(killed, directory, { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function logPath(): string {
  return join(directory, `${databaseName}-wal`);
}

function flipBit(at: number): void {
  const bytes = readFileSync(logPath());
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(logPath(), bytes);
}

/** The last batch in the store, or the code of the error that refused it. */
async function open(): Promise<number | string> {
  try {
    const store = await openSqliteStore({ directory, onFatal: () => {} });
    const batch = await readLastBatch(await store.openPartition(0));
    await store.close();
    return batch;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

test('what was synced is marked, and a log that nobody damaged is taken whole', async () => {
  const mark = readSyncMark(directory);
  const { length } = readFileSync(logPath());

  expect(mark?.bytes).toBeGreaterThan(LOG_HEADER_BYTES + frameBytes);
  expect(mark?.bytes).toBeLessThanOrEqual(length);
  expect(await open()).toBeGreaterThanOrEqual(acknowledged);
});

describe('a log that is damaged where it was synced is refused, not shortened in silence:', () => {
  test('a bit in any part of any frame', { timeout: 60_000 }, async () => {
    const { bytes } = readSyncMark(killed) ?? { bytes: 0 };
    const taken: string[] = [];
    let flips = 0;
    for (let frame = LOG_HEADER_BYTES; frame < bytes && taken.length === 0; frame += frameBytes) {
      // Page number, salts, checksum; the first, a middle and the last byte of the page.
      for (const at of [3, 11, 15, 19, 23, FRAME_HEADER_BYTES, 2_000, frameBytes - 1]) {
        flipBit(frame + at);
        const outcome = await open();
        if (outcome !== 'STORE_CORRUPT') taken.push(`byte ${frame + at}: ${outcome}`);
        flips += 1;
        rmSync(directory, { recursive: true });
        cpSync(killed, directory, { recursive: true });
      }
    }

    expect(taken).toEqual([]);
    expect(flips).toBeGreaterThan(50);
  });

  test.each([0, 9, 17, 23, 25, 31])('a bit in byte %i of its header', async (at) => {
    flipBit(at);

    expect(await open()).toBe('STORE_CORRUPT');
  });

  test.each([1, 40, LOG_HEADER_BYTES + frameBytes])('a log that was cut to %i bytes', async (size) => {
    truncateSync(logPath(), size);

    expect(await open()).toBe('STORE_CORRUPT');
  });
});

test('the message names the file, the frame and the page, and what to do', async () => {
  flipBit(LOG_HEADER_BYTES + frameBytes + 100);

  await expect(openSqliteStore({ directory, onFatal: () => {} })).rejects.toMatchObject({
    code: 'STORE_CORRUPT',
    message: expect.stringMatching(/holdfast\.sqlite-wal is damaged where it had been synced: frame 2, for page \d+/),
    hint: expect.stringContaining('Restore the data directory from a backup.'),
  });
});

test('a refused store is left as it is, and opens when the damage is undone', async () => {
  flipBit(LOG_HEADER_BYTES + 50);
  const refused = await open();
  flipBit(LOG_HEADER_BYTES + 50);

  expect([refused, await open()]).toEqual(['STORE_CORRUPT', expect.any(Number)]);
});

test('a torn end behind what was synced is no damage', async () => {
  const { bytes } = readSyncMark(directory) ?? { bytes: 0 };
  const torn = Buffer.concat([readFileSync(logPath()).subarray(0, bytes), Buffer.alloc(frameBytes + 17, 0xee)]);
  writeFileSync(logPath(), torn);

  expect(await open()).toBeGreaterThanOrEqual(acknowledged);
});

test('without a mark, or with one that cannot be read, the log is taken as far as it goes', async () => {
  writeFileSync(syncMarkPath(directory), 'nonsense');

  expect(await open()).toBeGreaterThanOrEqual(acknowledged);
});

test('a log that began again, whose frames reached the disk before its header, is no damage', async () => {
  // All of it is in the database by then, as after every start.
  await open();
  cpSync(join(killed, `${databaseName}-wal`), logPath());
  cpSync(syncMarkPath(killed), syncMarkPath(directory));
  const bytes = readFileSync(logPath());
  const salt = bytes.readBigUInt64BE(16);
  bytes.writeBigUInt64BE(salt + (1n << 32n) + 12_345n, LOG_HEADER_BYTES + 8);
  writeFileSync(logPath(), bytes);

  expect(await open()).toBeGreaterThanOrEqual(acknowledged);
});

test('after a clean end there is no log to verify', async () => {
  await open();

  expect(existsSync(logPath())).toBe(false);
  expect(await open()).toBeGreaterThanOrEqual(acknowledged);
});
