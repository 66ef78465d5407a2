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

export interface Trial {
  readonly without: string;
  readonly verdict: Verdict;
  readonly ms: number;
  /** The first line of the failure, or why the test could not run. */
  readonly evidence: string;
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
export async function runProof(copy: RepositoryCopy, proof: Proof): Promise<Pick<Trial, 'verdict' | 'evidence'>> {
  const isBetweenProcesses = proof.file.startsWith('tests/');
  if (isBetweenProcesses) {
    const built = await copy.run(['scripts/bundle.ts'], buildMs);
    if (built.code !== 0) return { verdict: 'broken', evidence: `cannot be built: ${built.output.slice(0, 300)}` };
  }
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-report-'));
  const report = join(folder, 'report.json');
  try {
    const run = await copy.run(
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--project',
        isBetweenProcesses ? 'promises' : 'unit',
        proof.file,
        '--testNamePattern',
        titlePattern(proof.title).source,
        '--reporter=json',
        `--outputFile=${report}`,
      ],
      testMs,
    );
    return judge(report, run.output, titlePattern(proof.title));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judge(path: string, output: string, title: RegExp): Pick<Trial, 'verdict' | 'evidence'> {
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
