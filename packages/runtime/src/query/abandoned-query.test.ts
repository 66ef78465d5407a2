import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite/open-store.ts';

// The kernel's list of a process's children exists on Linux only.
test.skipIf(process.platform !== 'linux')('a query without an end dies with the runtime that was killed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-query-'));
  const store = await openSqliteStore({ directory, onFatal: () => {} });
  const program = fileURLToPath(new URL('./endless-program.ts', import.meta.url));
  const runtime = spawn(process.execPath, ['--conditions=holdfast-source', program, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(runtime.stdout, 'data');
    const [child] = readFileSync(`/proc/${runtime.pid}/task/${runtime.pid}/children`, 'utf8').split(' ');
    expect(Number(child)).toBeGreaterThan(0);

    runtime.kill('SIGKILL');

    await expect.poll(() => existsSync(`/proc/${child}`), { timeout: 10_000 }).toBe(false);
  } finally {
    runtime.kill('SIGKILL');
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
