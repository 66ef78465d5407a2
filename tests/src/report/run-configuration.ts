import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configurationVariable } from '../harness/configuration.ts';
import type { ConfigurationId } from '../harness/configuration.ts';
import type { ConformanceArguments } from './conformance-arguments.ts';
import { reportPath, root } from './record-file.ts';

/**
 * Runs the suite in one configuration, leaves its report and returns its exit code and what it printed.
 *
 * A run that is alone prints by itself; runs at the same time would write into each other's lines.
 */
export async function runConfiguration(
  id: ConfigurationId,
  what: ConformanceArguments,
): Promise<{ code: number; printed: Buffer }> {
  const report = reportPath(what.target, id);
  mkdirSync(dirname(report), { recursive: true });
  // A run that breaks down must not be taken for the one before it.
  rmSync(report, { force: true });
  const reporters = [...what.rest.filter(isReporter), '--reporter=default', '--reporter=json'];
  const args = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project',
    'promises',
    // Files share nothing but the harness; a process for each costs an eighth of the time.
    '--isolate=false',
    ...(what.rest.some((one) => one.includes('tests/src/conformance')) ? [] : ['tests/src/conformance']),
    ...what.rest.filter((one) => !isReporter(one)),
    ...new Set(reporters),
    `--outputFile.json=${report}`,
  ];
  const alone = what.atOnce === 1;
  const vitest = spawn(process.execPath, args, {
    cwd: root,
    stdio: alone ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOLDFAST_TARGET: what.target, [configurationVariable]: id },
  });
  const printed: Buffer[] = [];
  vitest.stdout?.on('data', (chunk: Buffer) => printed.push(chunk));
  vitest.stderr?.on('data', (chunk: Buffer) => printed.push(chunk));
  const code = await new Promise<number>((resolve, reject) => {
    vitest.once('error', reject);
    vitest.once('close', (status) => resolve(status ?? 1));
  });
  return { code, printed: Buffer.concat(printed) };
}

function isReporter(argument: string): boolean {
  return argument.startsWith('--reporter=');
}
