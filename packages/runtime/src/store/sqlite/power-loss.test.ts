/**
 * The four conditions of open-store.ts against power loss. A process works on a store under strace; then, for every moment in its write log,
 * disks are built that such a moment could leave behind, and opened. SQLite's own FULL is the control, leaving out our sync the mutant.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { databaseName } from './database-name.ts';
import { readSyncMark } from './sync-mark.ts';
import { verifyLog } from './verify-log.ts';
import { fileAfterLoss, parseWriteLog, straceArguments } from './write-log.ts';
import type { LossMode, WriteLogEntry } from './write-log.ts';

const hasStrace = spawnSync('strace', ['-qq', 'true']).status === 0;
/** Entries that set up the store as the recording finds it. */
const BASE_ENTRIES = 4;
const logName = `${databaseName}-wal`;
const markName = 'holdfast.synced';
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-power-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe.skipIf(!hasStrace)('power loss', () => {
  test('nothing that was acknowledged is lost, at any moment, whatever reached the disk; without our sync it is', async () => {
    const entries = await recordOnCrashedStore('commit-program.ts');
    const unsynced = entries.map((entry): WriteLogEntry =>
      entry.kind === 'sync' && entry.call === 'fdatasync' ? { ...entry, begin: 0 } : entry,
    );

    expect(entries.filter((entry) => entry.kind === 'acknowledge').length).toBeGreaterThan(5);
    expect(findLosses(entries)).toEqual([]);
    expect(findLosses(unsynced)).not.toEqual([]);
  }, 120_000);

  test('what was marked of the old log is gone from the disk before a new log begins', async () => {
    const entries = (await recordOnCrashedStore('commit-program.ts')).slice(BASE_ENTRIES);

    const isGone = entries.findIndex((entry) => entry.kind === 'sync' && entry.file === markName);
    const begins = entries.findIndex((entry) => entry.kind === 'write' && entry.file === logName);

    expect(isGone).toBeGreaterThan(-1);
    expect(begins).toBeGreaterThan(isGone);
  }, 120_000);

  test('the control: SQLite with synchronous=FULL loses nothing either', async () => {
    const entries = await recordOnCrashedStore('full-sync-program.ts');

    expect(findLosses(entries)).toEqual([]);
  }, 120_000);
});

/** A store whose process was killed before, so that its log holds frames that perhaps no sync has covered; then the program, under strace. */
async function recordOnCrashedStore(program: string): Promise<readonly WriteLogEntry[]> {
  const store = join(directory, 'store');
  run('commit-program.ts', store, 5);
  const killed = spawn(process.execPath, nodeArguments('commit-program.ts', store, 1_000_000), {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(killed.stdout, 'data');
  killed.kill('SIGKILL');
  await once(killed, 'exit');

  const found = ([databaseName, logName, markName] as const).map((file): WriteLogEntry => ({
    kind: 'write',
    file,
    offset: 0,
    bytes: readFileSync(join(store, file)),
  }));
  // The database was synced when the first process closed it; the log was not.
  const base: WriteLogEntry[] = [...found, { kind: 'sync', call: 'fsync', file: databaseName, begin: found.length }];
  const output = join(directory, 'trace');
  spawnSync('strace', [...straceArguments, '-o', output, process.execPath, ...nodeArguments(program, store, 10)]);
  const recorded = parseWriteLog(readFileSync(output, 'utf8'));
  return [...base, ...recorded.map((entry) => shift(entry, base.length))];
}

function shift(entry: WriteLogEntry, by: number): WriteLogEntry {
  return entry.kind === 'sync' ? { ...entry, begin: entry.begin + by } : entry;
}

function run(program: string, store: string, batches: number): void {
  execFileSync(process.execPath, nodeArguments(program, store, batches));
}

function nodeArguments(program: string, store: string, batches: number): string[] {
  const file = fileURLToPath(new URL(`./${program}`, import.meta.url));
  return ['--conditions=holdfast-source', file, store, String(batches)];
}

/** Moments at which a disk could have lost an acknowledged batch, or be unreadable. */
function findLosses(entries: readonly WriteLogEntry[]): readonly string[] {
  const random = seededRandom(7);
  const losses: string[] = [];
  let acknowledged = 0;
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === 'acknowledge') acknowledged = entry.batch;
    // The store as the recording found it is no moment of it, and a loss right after a sync is as good as one before the next write.
    if (index < BASE_ENTRIES || entry.kind === 'sync') continue;
    for (const mode of ['nothing', 'some', 'torn'] satisfies LossMode[]) {
      const found = counterAfterLoss({ entries, at: index + 1, mode, random });
      if (typeof found === 'string') losses.push(`${mode} at ${index}: ${found}`);
      else if (found < acknowledged) losses.push(`${mode} at ${index}: ${found} instead of ${acknowledged}`);
    }
  }
  return losses;
}

function counterAfterLoss(loss: {
  readonly entries: readonly WriteLogEntry[];
  readonly at: number;
  readonly mode: LossMode;
  readonly random: () => number;
}): number | string {
  const disk = join(directory, 'disk');
  rmSync(disk, { recursive: true, force: true });
  mkdirSync(disk);
  for (const file of [databaseName, logName, markName])
    writeFileSync(join(disk, file), fileAfterLoss({ ...loss, file }));
  try {
    verifyLog({ logPath: join(disk, logName), directory: disk, mark: readSyncMark(disk) });
  } catch (error) {
    return String(error);
  }
  const database = new DatabaseSync(join(disk, databaseName));
  try {
    const row = database.prepare('select value from state').get();
    const check = database.prepare('pragma integrity_check').get()?.['integrity_check'];
    if (check !== 'ok') return String(check);
    const value = row?.['value'];
    return value instanceof Uint8Array ? Buffer.from(value).readUInt32BE() : 0;
  } catch (error) {
    return String(error);
  } finally {
    database.close();
  }
}

/** Mulberry32: the same sequence for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
