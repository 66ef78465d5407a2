import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { WorkloadName } from './report/measurement.ts';

export interface BenchOptions {
  readonly workloads: readonly WorkloadName[];
  readonly rounds: number;
  /** Length of a measured window of W1 to W3 and of idling. */
  readonly windowMs: number;
  readonly warmUpMs: number;
  readonly concurrencies: readonly number[];
  readonly suspended: number;
  readonly inFlight: number;
  readonly historySteps: number;
  readonly historyRepeats: number;
  readonly queuedCalls: number;
  readonly withRestate: boolean;
  readonly withSyncs: boolean;
  /** Also written as JSON to this file. */
  readonly jsonFile: string | undefined;
}

export const usage = `Usage: npm run bench -- [options]

  --only W1,W3,idle     workloads: W1 to W7, idle, syncs (default: all)
  --rounds N            how often everything is repeated, alternating between the servers (default: 3)
  --seconds S           length of a measured window (default: 8)
  --concurrency 1,32    connections of W1 to W3 (default: 1,32,256)
  --quick               one round, short windows, a tenth of the work: to see that it runs, not to quote
  --skip-restate        only Holdfast
  --json FILE           also write everything as JSON
`;

const names = ['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7', 'idle'] as const;

const list = z.string().transform((text) => text.split(',').map((part) => part.trim()));

const choice = z.enum([...names, 'syncs'], {
  error: ({ input }) => `there is no workload ${String(input)}; choose among ${names.join(', ')} and syncs`,
});

const argumentsSchema = z.object({
  only: list.pipe(z.array(choice).min(1)).optional(),
  rounds: z.coerce.number().int().min(1).max(50).optional(),
  seconds: z.coerce.number().min(1).max(300).optional(),
  concurrency: list.pipe(z.array(z.coerce.number<string>().int().min(1).max(4096)).min(1)).optional(),
  quick: z.boolean().default(false),
  'skip-restate': z.boolean().default(false),
  json: z.string().min(1).optional(),
});

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** Throws with a sentence for the person who typed them. */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: text,
      rounds: text,
      seconds: text,
      concurrency: text,
      quick: flag,
      'skip-restate': flag,
      json: text,
    },
  });
  const parsed = argumentsSchema.safeParse(values);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { only, rounds, seconds, concurrency, quick, json, 'skip-restate': skipRestate } = parsed.data;
  const workloads = names.filter((name) => only === undefined || only.includes(name));
  return {
    ...(quick ? quickSizes : fullSizes),
    workloads,
    withSyncs: only === undefined || only.includes('syncs'),
    rounds: rounds ?? (quick ? 1 : 3),
    windowMs: (seconds ?? (quick ? 2 : 8)) * 1000,
    concurrencies: concurrency ?? (quick ? [1, 32] : [1, 32, 256]),
    withRestate: !skipRestate,
    jsonFile: json,
  };
}

const fullSizes = {
  warmUpMs: 2_000,
  suspended: 10_000,
  inFlight: 2_000,
  historySteps: 2_000,
  historyRepeats: 5,
  queuedCalls: 2_000,
};

const quickSizes = {
  warmUpMs: 500,
  suspended: 1_000,
  inFlight: 200,
  historySteps: 200,
  historyRepeats: 2,
  queuedCalls: 200,
};
