/**
 * Runs the conformance suite against one target.
 *
 *     node tests/src/run-conformance.ts --target holdfast|restate [vitest arguments]
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const [flag, target, ...rest] = process.argv.slice(2);
const isTarget = flag === '--target' && (target === 'holdfast' || target === 'restate');
if (flag !== undefined && !isTarget) {
  console.error('Usage: node tests/src/run-conformance.ts [--target holdfast|restate] [vitest arguments]');
  process.exit(2);
}

const root = join(import.meta.dirname, '../..');
const vitest = spawn(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'promises', 'tests/src/conformance', ...rest],
  { cwd: root, stdio: 'inherit', env: { ...process.env, HOLDFAST_TARGET: target ?? 'holdfast' } },
);
vitest.once('exit', (code) => process.exit(code ?? 1));
