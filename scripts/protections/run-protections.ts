/**
 * Takes every protection out of a copy of the source, one at a time, and looks whether the test that is to notice does.
 *
 *     npm run protections -- [--only WORD]… [--json]
 *
 * Ends with code 1 when a test did not notice. The files that are checked out are never touched; Ctrl-C removes the copy.
 */
import { parseArgs } from 'node:util';
import { faultGroups } from './all-faults.ts';
import type { Protection } from './fault.ts';
import { RepositoryCopy } from './repository-copy.ts';
import { buildCopy, runTests, tryProtection } from './try-protection.ts';
import type { Trial } from './try-protection.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(
    [
      'Usage: npm run protections -- [--only WORD]… [--json]',
      '',
      '  --only WORD  only those whose group, fault, sentence, file or test holds one of the words',
      '  --json       prints the trials as JSON',
      '',
      'Works on a copy of the repository in a temporary folder, which Ctrl-C removes too.',
      '',
    ].join('\n'),
  );
} else {
  process.exitCode = await main();
}

async function main(): Promise<number> {
  const words = (values.only ?? ['']).map((word) => word.toLowerCase());
  const chosen = faultGroups.flatMap(({ title, faults }) =>
    faults.flatMap(({ fault, protections }) =>
      protections.filter((one) => {
        const about = `${title} ${fault} ${one.without} ${one.file} ${one.caughtBy.file}`.toLowerCase();
        return words.some((word) => about.includes(word));
      }),
    ),
  );
  const copy = RepositoryCopy.make();
  const interrupt = (): void => {
    copy.remove();
    process.exit(130);
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const sound = await checkSoundness(copy, chosen);
    return sound ? report(await tryAll(copy, chosen)) : 1;
  } finally {
    copy.remove();
  }
}

/** A test that fails anyway would seem to notice everything. */
async function checkSoundness(copy: RepositoryCopy, protections: readonly Protection[]): Promise<boolean> {
  const fault = await buildCopy(copy);
  if (fault !== undefined) throw new Error(fault);
  const titles = new Map<string, Set<string>>();
  for (const { caughtBy } of protections) {
    const known = titles.get(caughtBy.file) ?? new Set();
    titles.set(caughtBy.file, known.add(caughtBy.title));
  }
  let sound = true;
  let done = 0;
  for (const [file, ofFile] of titles) {
    const chosen = [...ofFile];
    const judgements = await runTests(copy, file, chosen);
    done += 1;
    for (const [index, { verdict, evidence }] of judgements.entries()) {
      if (verdict === 'survived' || verdict === 'untried') continue;
      sound = false;
      tell(`FAILS WITH EVERY PROTECTION IN PLACE: ${file} "${chosen[index]}"\n    ${evidence}`);
    }
    tell(`${done} of ${titles.size} test files were run with every protection in place`);
  }
  return sound;
}

async function tryAll(copy: RepositoryCopy, protections: readonly Protection[]): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for (const protection of protections) {
    const trial = await tryProtection(copy, protection);
    trials.push(trial);
    const marks = { caught: 'noticed', survived: 'NOT NOTICED', untried: 'cannot be tried here', broken: 'BROKEN' };
    tell(
      `${trials.length} of ${protections.length}, ${marks[trial.verdict]} after ${(trial.ms / 1_000).toFixed(1)} s: ${trial.without}\n    ${trial.evidence}`,
    );
  }
  return trials;
}

function report(trials: readonly Trial[]): number {
  const count = (verdict: Trial['verdict']): number => trials.filter((one) => one.verdict === verdict).length;
  if (values.json) process.stdout.write(`${JSON.stringify(trials, null, 2)}\n`);
  else
    process.stdout.write(
      `${count('caught')} of ${trials.length} protections are noticed when they are taken away; ${count('survived')} are not, ${count('broken')} could not be judged, ${count('untried')} cannot be tried on this machine.\n`,
    );
  return count('survived') + count('broken') === 0 ? 0 : 1;
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
