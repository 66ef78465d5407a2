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
/** Characters of a line for people. */
const EVIDENCE_MAX = 160;

/** Mutants are changes of the source, so this runs from source even where the caller is built. */
export async function huntMutant(mutant: Mutant, minutes: number, stop?: AbortSignal): Promise<Hunt> {
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
  const kill = (): void => void child.kill('SIGKILL');
  stop?.addEventListener('abort', kill);
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-20_000));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  // A mutant may make production code turn in circles without ever giving the simulation a chance to notice.
  const deadline = setTimeout(kill, minutes * 60_000 + GRACE_MS);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearTimeout(deadline);
  stop?.removeEventListener('abort', kill);
  const [, broken] = /broke a promise:\n\s*(.*)/.exec(output) ?? [];
  return {
    mutant,
    found: code === 1 && broken !== undefined,
    ms: performance.now() - started,
    evidence: broken ?? output.trim().slice(0, 500),
  };
}

export interface HuntOptions {
  readonly minutes: number;
  /** Only those whose name holds this. */
  readonly named: string;
  readonly stop: AbortSignal;
}

/** Resolves to the exit code. */
export async function huntAll({ minutes, named, stop }: HuntOptions, tell: (text: string) => void): Promise<number> {
  const hunted = mutants.filter((mutant) => mutant.name.includes(named));
  const found = new Set<Mutant>();
  for (const [index, mutant] of hunted.entries()) {
    const hunt = await huntMutant(mutant, minutes, stop);
    if (stop.aborted) break;
    if (hunt.found) found.add(mutant);
    const verdict = hunt.found ? 'found' : 'NOT FOUND';
    tell(`${index + 1} of ${hunted.length}: ${verdict} after ${(hunt.ms / 1_000).toFixed(1)} s: ${mutant.name}\n`);
    tell(`    ${hunt.evidence.slice(0, EVIDENCE_MAX)}\n`);
  }
  const early = stop.aborted ? 'Ended early. ' : '';
  tell(`${early}${found.size} of ${hunted.length} mutants found.\n`);
  if (stop.aborted) return 130;
  return hunted.length > 0 && found.size === hunted.length ? 0 : 1;
}
