import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startLocalProcess } from './local-process.ts';
import type { LocalProcess } from './local-process.ts';

test('a line is found whether it is printed before or after it is waited for', async () => {
  await using child = await startScript('console.log("port 1"); setInterval(() => console.log("port 2"), 10)');

  const first = await child.waitForLine(/port (1)/u);
  const again = await child.waitForLine(/port (1)/u);
  const later = await child.waitForLine(/port (2)/u);

  expect([first[1], again[1], later[1]]).toEqual(['1', '1', '2']);
});

test('waiting for a line of a process that ends is answered with how it ended and what it printed instead', async () => {
  await using child = await startScript('console.error("no configuration"); process.exit(3)');

  await expect(child.waitForLine(/ready/u)).rejects.toThrow(
    /^the script ended \(3\) without printing \/ready\/u\. It printed:\nno configuration$/u,
  );
});

test('a killed process is gone when the call returns, and killing it again does nothing', async () => {
  const child = await startScript('setInterval(() => {}, 1000)');

  await child.kill('SIGKILL');
  await child.kill('SIGKILL');

  expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(() => process.kill(child.pid, 0)).toThrow('ESRCH');
});

test('a command that does not exist is reported by name', async () => {
  const start = startLocalProcess({ name: 'the tool', command: '/nonexistent/tool', args: [] });

  await expect(start).rejects.toThrow('the tool could not be started with "/nonexistent/tool".');
});

test('a child ends with its parent on Ctrl-C', async () => {
  const module = new URL('./local-process.ts', import.meta.url).href;
  const parentScript = `
    import { exitOnSignals, startLocalProcess } from ${JSON.stringify(module)};
    exitOnSignals();
    const child = await startLocalProcess({ name: 'child', command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] });
    console.log('child ' + child.pid);
  `;
  const parent = await startLocalProcess({
    name: 'parent',
    command: process.execPath,
    args: ['--input-type=module', '-e', parentScript],
  });
  const childPid = Number((await parent.waitForLine(/^child (\d+)$/u))[1]);

  await parent.kill('SIGINT');

  expect(await parent.exited).toEqual({ code: 130, signal: null });
  await expect.poll(() => isRunning(childPid), { timeout: 5_000 }).toBe(false);
});

function startScript(script: string): Promise<LocalProcess> {
  return startLocalProcess({ name: 'the script', command: process.execPath, args: ['-e', script] });
}

/** Whether the process does anything; one that has ended but was not collected by its new parent does not count. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    if (process.platform === 'linux') return !/\) Z /u.test(await readFile(`/proc/${pid}/stat`, 'utf8'));
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
