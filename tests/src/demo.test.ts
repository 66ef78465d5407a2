/** The main job, told by the demo with real processes: the approval after a crash and a deploy reaches the version that asked for it. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from './harness/run-command.ts';

const repository = join(import.meta.dirname, '../..');

test('the demo ends well: version 1 blocks by its own scale, new work goes to version 2', async () => {
  const demo = await runCommand(process.execPath, ['examples/fraud-agent/src/demo.ts'], {
    folder: repository,
    timeoutMs: 60_000,
  });

  expect(demo.exitCode, demo.output).toBe(0);
  expect(demo.stdout).toContain('killed with SIGKILL');
  expect(demo.stdout).toContain('"BLOCK: compute_risk_score gave 8 on a scale of 0 to 10');
  expect(demo.stdout).toContain('"BLOCK: compute_risk_score gave 80 on a scale of 0 to 100');
  expect(demo.stdout).toContain('What to try next');
});
