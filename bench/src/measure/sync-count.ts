/**
 * Counts how often a process asks the disk to confirm, with strace. Tracing slows the process down, so this never runs during a timed
 * window; the count per operation is what it is for.
 */
import { spawn, spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const attachTimeoutMs = 10_000;
const detachTimeoutMs = 10_000;
const syncCalls = ['fsync', 'fdatasync', 'sync_file_range', 'msync', 'syncfs'];

/** Whether the machine lets us trace; without it syncs are not counted. */
export function canCountSyncs(): boolean {
  return spawnSync('strace', ['-c', '-o', '/dev/null', 'true'], { timeout: attachTimeoutMs }).status === 0;
}

/** Runs `action` while the process is traced and returns the number of syncs meanwhile, with what the action returned. */
export async function countSyncs<T>(
  pid: number,
  folder: string,
  action: () => Promise<T>,
): Promise<{ readonly syncs: number; readonly result: T }> {
  const report = join(folder, `syncs-${pid}.txt`);
  const tracer = spawn('strace', ['-f', '-c', '-e', `trace=${syncCalls.join(',')}`, '-o', report, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => tracer.once('close', () => resolve()));
  try {
    await within(attachTimeoutMs, `strace attaches to process ${pid}`, attached(tracer.stderr));
    const result = await action();
    // On SIGINT strace lets go of the process and writes its table.
    tracer.kill('SIGINT');
    await within(detachTimeoutMs, `strace lets go of process ${pid}`, ended);
    return { syncs: parseSyncCount(await readFile(report, 'utf8')), result };
  } finally {
    tracer.kill('SIGKILL');
    await rm(report, { force: true });
  }
}

function attached(output: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (/attached/.test(text)) resolve();
    });
    output.once('close', () => reject(new Error(`strace ended without attaching: ${text.trim()}`)));
  });
}

async function within<T>(timeoutMs: number, what: string, outcome: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Waited ${timeoutMs} ms in vain until ${what}.`)), timeoutMs);
  try {
    return await Promise.race([outcome, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Sums the column "calls" of the table that `strace -c` prints. */
export function parseSyncCount(table: string): number {
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => syncCalls.includes(columns.at(-1) ?? ''))
    .reduce((sum, columns) => sum + Number(columns[3]), 0);
}
