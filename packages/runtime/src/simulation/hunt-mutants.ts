/** Runs the simulation once per mutant, each in a process of its own, and tells which were found, and how fast. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutant.ts';
import type { Mutant } from './mutant.ts';

export interface Hunt {
  readonly mutant: Mutant;
  readonly found: boolean;
  readonly ms: number;
  /** The first broken promise, or why the process ended otherwise. */
  readonly evidence: string;
}

/** For the start of the process and the end of the seed that runs when the time is over. */
const GRACE_MS = 10_000;

/** Mutants are changes of the source, so this runs from source even where the caller is built. */
export async function huntMutant(mutant: Mutant, minutes: number): Promise<Hunt> {
  const here = (file: string): string => fileURLToPath(new URL(`../../src/simulation/${file}`, import.meta.url));
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      '--conditions=holdfast-source',
      '--disable-warning=ExperimentalWarning',
      '--import',
      here('mutate-source.ts'),
      here('main.ts'),
      '--minutes',
      String(minutes),
      '--quiet',
    ],
    { env: { ...process.env, HOLDFAST_MUTANT: mutant.name }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-20_000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  // A mutant may make production code turn in circles without ever giving the simulation a chance to notice.
  const deadline = setTimeout(() => child.kill('SIGKILL'), minutes * 60_000 + GRACE_MS);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearTimeout(deadline);
  const [, broken] = /broke a promise:\n\s*(.*)/.exec(output) ?? [];
  return {
    mutant,
    found: code === 1 && broken !== undefined,
    ms: performance.now() - started,
    evidence: broken ?? output.trim().slice(0, 500),
  };
}

/** Ends with the number of those that got away. */
export async function huntAll(
  options: { readonly minutes: number; /** Only those whose name holds this. */ readonly named: string },
  tell: (line: string) => void,
): Promise<number> {
  const hunted = mutants.filter((mutant) => mutant.name.includes(options.named));
  let escaped = 0;
  for (const mutant of hunted) {
    const hunt = await huntMutant(mutant, options.minutes);
    if (!hunt.found) escaped += 1;
    tell(
      `${hunt.found ? 'found' : 'NOT FOUND'} after ${(hunt.ms / 1_000).toFixed(1)} s: ${mutant.name}\n    ${hunt.evidence.slice(0, 160)}`,
    );
  }
  tell(`${hunted.length - escaped} of ${hunted.length} mutants found.`);
  return escaped;
}
