/**
 * Runs one stage of a check as a child process: streams what it prints, bounds its time, and ends it with everything it started.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFolder } from './repository.ts';

export interface Stage {
  readonly name: string;
  /** A program of node_modules/.bin, or `node`. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** `one`: the stage is one test. `vitest`: it runs tests and reports each. */
  readonly counts: 'one' | 'vitest';
}

export interface StageResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const killGraceMs = 5_000;

export async function runStage(stage: Stage): Promise<StageResult> {
  const began = Date.now();
  console.log(`\n== ${stage.name}: ${[stage.command, ...stage.args].join(' ')}`);
  const reportFolder = mkdtempSync(join(tmpdir(), 'holdfast-report-'));
  const report = join(reportFolder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const outcome = await runBounded(stage, stage.counts === 'vitest' ? [...stage.args, ...reporters] : stage.args);
    const seconds = Math.round((Date.now() - began) / 1000);
    if (outcome !== 'passed') console.log(`${stage.name}: ${outcome}`);
    const result = stage.counts === 'vitest' ? readReport(stage.name, report, outcome) : countOne(stage.name, outcome);
    console.log(`== ${stage.name}: ${result.passed} passed, ${result.failed} failed in ${seconds} s`);
    return result;
  } finally {
    rmSync(reportFolder, { recursive: true, force: true });
  }
}

function countOne(name: string, outcome: string): StageResult {
  return { name, passed: outcome === 'passed' ? 1 : 0, failed: outcome === 'passed' ? 0 : 1, skipped: 0 };
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** A file that could not be loaded has no tests to fail, and a run can fail beside its tests: each counts as one failure. */
function readReport(name: string, path: string, outcome: string): StageResult {
  let report: VitestReport;
  try {
    // Vitest wrote it, in the shape of Jest's report.
    report = JSON.parse(readFileSync(path, 'utf8')) as VitestReport;
  } catch {
    return { name, passed: 0, failed: 1, skipped: 0 };
  }
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failed = report.numFailedTests + unloaded.length;
  const hidden = outcome !== 'passed' && failed === 0 ? 1 : 0;
  return {
    name,
    passed: report.numPassedTests,
    failed: failed + hidden,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Resolves with `passed`, or with a sentence that says how it failed. */
function runBounded(stage: Stage, args: readonly string[]): Promise<string> {
  const color = process.stdout.isTTY ? {} : { NO_COLOR: '1', FORCE_COLOR: '0' };
  const child = spawn(stage.command, args, {
    cwd: repositoryFolder,
    stdio: ['ignore', 'inherit', 'inherit'],
    // A group of its own, so that a stage that hangs goes with all that it started.
    detached: true,
    env: { ...process.env, ...color, ...stage.env },
  });
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'ESRCH') throw error;
    }
  };
  const interrupt = (): void => {
    signalGroup('SIGTERM');
    setTimeout(() => {
      signalGroup('SIGKILL');
      process.exit(130);
    }, killGraceMs);
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return new Promise((resolve) => {
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      signalGroup('SIGTERM');
      setTimeout(() => signalGroup('SIGKILL'), killGraceMs).unref();
    }, stage.timeoutMs);
    const finish = (outcome: string): void => {
      clearTimeout(timer);
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
      // What the stage left behind must not disturb the next one.
      signalGroup('SIGKILL');
      resolve(timedOut ? `was stopped after ${stage.timeoutMs / 1000} s` : outcome);
    };
    child.once('error', (error) => finish(`could not start: ${error.message}`));
    child.once('close', (code, signal) => finish(code === 0 ? 'passed' : `ended with ${code ?? signal}`));
  });
}
