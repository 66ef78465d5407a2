import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Proof, Protection } from './fault.ts';
import { mutateText } from './mutate-text.ts';
import type { RepositoryCopy } from './repository-copy.ts';
import { titlePattern } from './title-pattern.ts';

/**
 * `caught`: the test failed without the protection. `survived`: it passed. `untried`: it is skipped on this machine, which cannot mount or
 * trace. `broken`: it could not run.
 */
export type Verdict = 'caught' | 'survived' | 'untried' | 'broken';

export interface Judgement {
  readonly verdict: Verdict;
  /** The first line of the failure, or why the test could not run. */
  readonly evidence: string;
}

export interface Trial extends Judgement {
  readonly without: string;
  readonly ms: number;
}

const buildMs = 60_000;
const testMs = 300_000;

interface VitestReport {
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo';
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

/** Takes the protection out of the copy, runs the test that must notice, and puts it back. */
export async function tryProtection(copy: RepositoryCopy, protection: Protection): Promise<Trial> {
  const { file, without, caughtBy } = protection;
  const began = performance.now();
  const original = copy.read(file);
  try {
    copy.write(file, mutateText(original, protection));
    return { without, ...(await runProof(copy, caughtBy)), ms: Math.round(performance.now() - began) };
  } finally {
    copy.write(file, original);
  }
}

/** Runs one test of the copy as its source is now. */
async function runProof(copy: RepositoryCopy, proof: Proof): Promise<Judgement> {
  if (isBetweenProcesses(proof.file)) {
    const fault = await buildCopy(copy);
    if (fault !== undefined) return { verdict: 'broken', evidence: fault };
  }
  const [judgement] = await runTests(copy, proof.file, [proof.title]);
  return judgement ?? { verdict: 'broken', evidence: 'nothing ran' };
}

/** Makes the programs that tests between processes start; returns why it failed. */
export async function buildCopy(copy: RepositoryCopy): Promise<string | undefined> {
  const built = await copy.run(['scripts/bundle.ts'], buildMs);
  return built.code === 0 ? undefined : `cannot be built: ${built.output.slice(0, 300)}`;
}

/** Runs tests of one file, and judges each title. */
export async function runTests(
  copy: RepositoryCopy,
  file: string,
  titles: readonly string[],
): Promise<readonly Judgement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-report-'));
  const report = join(folder, 'report.json');
  const pattern = titles.map((title) => `(?:${titlePattern(title).source})`).join('|');
  const project = isBetweenProcesses(file) ? 'promises' : 'unit';
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', project, file, '--testNamePattern', pattern];
  try {
    const run = await copy.run([...vitest, '--reporter=json', `--outputFile=${report}`], testMs);
    return titles.map((title) => judge(report, run.output, titlePattern(title)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isBetweenProcesses(file: string): boolean {
  return file.startsWith('tests/');
}

function judge(path: string, output: string, title: RegExp): Judgement {
  let report: VitestReport;
  try {
    // Vitest wrote it, in the shape of Jest's report.
    report = JSON.parse(readFileSync(path, 'utf8')) as VitestReport;
  } catch {
    return { verdict: 'broken', evidence: `did not end: ${output.trim().slice(-300)}` };
  }
  const tests = report.testResults.flatMap((one) => one.assertionResults).filter((one) => title.test(one.fullName));
  const failed = tests.find((one) => one.status === 'failed');
  if (failed !== undefined) return { verdict: 'caught', evidence: firstLine(failed.failureMessages?.[0] ?? '') };
  if (tests.some((one) => one.status === 'passed')) return { verdict: 'survived', evidence: '' };
  if (tests.length > 0) return { verdict: 'untried', evidence: 'the test is skipped here' };
  const reason = report.testResults.map((one) => one.message ?? '').join(' ');
  return { verdict: 'broken', evidence: `no such test ran: ${firstLine(reason)}` };
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0]?.slice(0, 200) ?? '';
}
