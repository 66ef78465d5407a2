/** What `npm run simulate --` understands. */
import { parseArgs } from 'node:util';

export const usage = `Usage: npm run simulate -- [options]

Lives seeds through: whole worlds of clients, operators, endpoints and disks that fail, on a clock that does not wait.
Without options: one minute of fresh seeds.

  --minutes N     Fresh seeds for N minutes.
  --seeds N       N fresh seeds, however long it takes.
  --keep-going    Goes on after a finding, until the time is over; else the first one ends it.
  --seed S        Lives one seed through again.
  --trace LINES   With --seed: shows what happened last, in so many lines; a finding always shows some.
  --mutants       Seeds bugs into the source, one after the other, and looks whether they are found: up to a minute each, or --minutes.
  --about TEXT    With --seed: only lines of the trace that hold the text. With --mutants: only mutants whose name holds it.
  --quiet         No progress.
  --help          This text.

Ctrl-C ends a campaign after the seed that runs, and tells what was done; twice ends it at once.
Exit codes: 0 without a finding, 1 with one (or with a mutant that was not found), 2 for wrong options, 130 when ended early.
`;

export type SimulationCommand =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'campaign';
      readonly minutes: number;
      readonly seedsMax: number;
      readonly keepGoing: boolean;
      readonly quiet: boolean;
    }
  | {
      readonly kind: 'seed';
      readonly seed: number;
      readonly traceLines: number | undefined;
      readonly about: string | undefined;
    }
  | { readonly kind: 'mutants'; readonly minutes: number; readonly named: string };

/** Seeds are integers below this. */
export const SEEDS: number = 2 ** 31;

/** Throws an error with a sentence for people. */
export function parseSimulationOptions(args: readonly string[]): SimulationCommand {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string' },
      seeds: { type: 'string' },
      seed: { type: 'string' },
      trace: { type: 'string' },
      about: { type: 'string' },
      'keep-going': { type: 'boolean' },
      quiet: { type: 'boolean' },
      mutants: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return { kind: 'help' };
  const minutes = readNumber('minutes', values.minutes, (minutes) => minutes > 0);
  if (values.mutants) return { kind: 'mutants', minutes: minutes ?? 1, named: values.about ?? '' };
  const isCount = (count: number): boolean => Number.isInteger(count) && count > 0;
  const seed = readNumber('seed', values.seed, (seed) => Number.isInteger(seed) && seed >= 0 && seed < SEEDS);
  if (seed !== undefined) {
    return { kind: 'seed', seed, traceLines: readNumber('trace', values.trace, isCount), about: values.about };
  }
  const seedsMax = readNumber('seeds', values.seeds, isCount);
  return {
    kind: 'campaign',
    minutes: minutes ?? (seedsMax === undefined ? 1 : Infinity),
    seedsMax: seedsMax ?? Infinity,
    keepGoing: values['keep-going'] ?? false,
    quiet: values.quiet ?? false,
  };
}

function readNumber(name: string, text: string | undefined, isAllowed: (value: number) => boolean): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!isAllowed(value)) throw new Error(`--${name} cannot be ${JSON.stringify(text)}.`);
  return value;
}
